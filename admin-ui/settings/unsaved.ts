import { storeOf } from '../../client/chat/store.ts';

/** What was changed in a form and not saved, by the form's name. It stays while one looks elsewhere in the panel. */
const drafts = storeOf<{ byForm: ReadonlyMap<string, unknown> }>({ byForm: new Map() });

const warn = (event: BeforeUnloadEvent) => event.preventDefault();

export const unsaved = {
  state: { get: drafts.get, subscribe: drafts.subscribe },
  keep(form: string, draft: unknown): void {
    put((byForm) => byForm.set(form, draft));
  },
  drop(form: string): void {
    put((byForm) => byForm.delete(form));
  },
};

function put(change: (byForm: Map<string, unknown>) => unknown): void {
  const byForm = new Map(drafts.get().byForm);
  change(byForm);
  drafts.set({ byForm });
  // Whoever closes the page would lose it: the browser asks.
  if (byForm.size > 0) addEventListener('beforeunload', warn);
  else removeEventListener('beforeunload', warn);
}
