import { useQuery, useQueryClient } from '@tanstack/react-query';
import { troubleFrom } from '../../client/chat/trouble.ts';
import type { View } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';

/** Filters one has given a name, by name; the first nine have a key. */
export function useViews() {
  const { say, locale } = useLanguage();
  const { tell } = useSurroundings();
  const { api } = useDesk();
  const queries = useQueryClient();
  const { data = none } = useQuery({ queryKey: ['views'], queryFn: api.views });
  const views = data.toSorted((a, b) => a.name.localeCompare(b.name, locale));

  async function change(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      tell(saidOf(troubleFrom(error), say));
      return false;
    } finally {
      await queries.invalidateQueries({ queryKey: ['views'] });
    }
  }
  return {
    views,
    save: (name: string, search: string) => change(() => api.saveView(name, search)),
    rename: (view: View, name: string) => change(() => api.changeView(view.id, { name })),
    /** Another filter under the name. */
    replace: (view: View, search: string) => change(() => api.changeView(view.id, { query: { search } })),
    remove: (view: View) => change(() => api.removeView(view.id)),
  };
}
const none: readonly View[] = [];
