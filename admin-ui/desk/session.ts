import { keeperOf } from '../../client/chat/keeping.ts';
import { storeOf } from '../../client/chat/store.ts';
import { Trouble, troubleFrom, waitBeforeRetry } from '../../client/chat/trouble.ts';
import { type DeskApi, deskApiOf, type Form } from './desk-api.ts';
import { isOfTeam, type Me, meFrom, type WireUser } from './wire.ts';

export interface SessionState {
  /** `expired`: the token is no longer accepted, while what was being written is still on the page. */
  phase: 'starting' | 'signed-out' | 'ready' | 'expired';
  me: Me | null;
  trouble: Trouble | null;
}

export type Session = ReturnType<typeof openSession>;

/** Who works here. */
export function openSession(base: string) {
  const keeper = keeperOf('antiphon.panel.');
  let token = keeper.read('token');
  const store = storeOf<SessionState>({ phase: 'starting', me: null, trouble: null });
  const state = store.get;
  const api: DeskApi = deskApiOf(
    base,
    () => token,
    () => {
      if (state().phase !== 'signed-out') store.set({ phase: state().me ? 'expired' : 'signed-out' });
    },
  );

  function keep(next: string | null): void {
    token = next;
    keeper.write('token', next);
  }

  async function begin(failures = 0): Promise<void> {
    if (token === null) return store.set({ phase: 'signed-out' });
    try {
      welcome(await api.me());
    } catch (error) {
      const trouble = troubleFrom(error);
      if (trouble.kind === 'unauthenticated' || trouble.kind === 'forbidden') {
        keep(null);
        return store.set({ phase: 'signed-out', trouble: trouble.kind === 'forbidden' ? trouble : null });
      }
      store.set({ trouble });
      setTimeout(begin, waitBeforeRetry(trouble, failures + 1), failures + 1);
    }
  }

  function welcome(user: WireUser): void {
    if (!isOfTeam(user)) throw new Trouble('forbidden');
    const before = state().me;
    // Somebody else at the same desk: nothing of the one before stays on the page.
    if (before && before.id !== user.id) return location.reload();
    store.set({ me: before ?? meFrom(user), phase: 'ready', trouble: null });
  }

  void begin();
  return {
    api,
    token: () => token,
    state: { get: store.get, subscribe: store.subscribe },

    /** @throws Trouble saying why not */
    async enter(path: 'login' | 'set-up', form: Form): Promise<void> {
      const { user, token: given } = await api.enter(path, form);
      if (!isOfTeam(user)) throw new Trouble('forbidden');
      keep(given);
      welcome(user);
    },

    async leave(): Promise<void> {
      await api.leave().catch(() => {});
      keep(null);
      location.reload();
    },
  };
}
