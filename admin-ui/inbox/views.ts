import { useQuery, useQueryClient } from '@tanstack/react-query';
import { troubleFrom } from '../../client/chat/trouble.ts';
import type { View } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';

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
      const { kind, reason } = troubleFrom(error);
      tell(reason ?? say(kind === 'offline' ? 'unreachable' : 'failed action'));
      return false;
    } finally {
      await queries.invalidateQueries({ queryKey: ['views'] });
    }
  }
  return {
    views,
    save: (name: string, search: string) => change(() => api.saveView(name, search)),
    /** Another name, or another filter under the name. The new one is there before the old one goes. */
    replace: (view: View, name: string, search: string) =>
      change(async () => {
        await api.saveView(name, search);
        await api.removeView(view.id);
      }),
    remove: (view: View) => change(() => api.removeView(view.id)),
  };
}
const none: readonly View[] = [];
