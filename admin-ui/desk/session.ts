import { keeperOf } from '../../client/chat/keeping.ts';
import { storeOf } from '../../client/chat/store.ts';
import { Trouble, troubleFrom, waitBeforeRetry } from '../../client/chat/trouble.ts';
import { forgetWriting } from '../conversation/forgetting.ts';
import { type DeskApi, deskApiOf, type Form } from './desk-api.ts';
import { keptName, openKept } from './kept.ts';
import { isOfTeam, type Me, meFrom, meFromKept, type WireUser } from './wire.ts';

export interface SessionState {
  /** `expired`: the token is no longer accepted, while what was being written is still on the page. */
  phase: 'starting' | 'signed-out' | 'ready' | 'expired';
  me: Me | null;
  trouble: Trouble | null;
  /** Somebody took the right to be here away while we were. */
  wasEnded: boolean;
}

export type Session = ReturnType<typeof openSession>;

/** Who works here. */
export function openSession(base: string) {
  const keeper = keeperOf('antiphon.panel.');
  let token = keeper.read('token');
  const known = token === null ? null : meFromKept(keeper.read('me'));
  const store = storeOf<SessionState>({
    // Whoever was here before is let in at once, network or not: what they may see the server says with every answer.
    phase: known ? 'ready' : 'starting',
    me: known,
    trouble: null,
    wasEnded: false,
  });
  const state = store.get;
  const api: DeskApi = deskApiOf(
    base,
    () => token,
    () => {
      if (state().phase !== 'signed-out') store.set({ phase: state().me ? 'expired' : 'signed-out' });
    },
  );

  let checks = 0;

  function keep(next: string | null): void {
    token = next;
    keeper.write('token', next);
    if (next === null) keeper.write('me', null);
  }

  async function begin(failures = 0): Promise<void> {
    if (token === null) return store.set({ phase: 'signed-out' });
    try {
      welcome(await api.me());
    } catch (error) {
      const trouble = troubleFrom(error);
      if (trouble.kind === 'forbidden') return end();
      if (trouble.kind === 'unauthenticated') {
        // Who was let in already is asked to sign in above what they were doing.
        if (!state().me) keep(null);
        return;
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
    const now = meFrom(user);
    const text = JSON.stringify(now);
    keeper.write('me', text);
    // The same person with the same rights stays at the same desk.
    store.set({ me: JSON.stringify(before) === text ? before : now, phase: 'ready', trouble: null, wasEnded: false });
  }

  function end(): void {
    void forget();
    keep(null);
    store.set({ phase: 'signed-out', me: null, trouble: new Trouble('forbidden'), wasEnded: true });
  }

  async function forget(): Promise<void> {
    const { me } = state();
    if (me) await Promise.all([openKept(keptName(base, me.id)).forget(), forgetWriting(me.id)]);
  }

  void begin();
  return {
    api,
    token: () => token,
    state: { get: store.get, subscribe: store.subscribe },

    /** @throws Trouble saying why not */
    async enter(form: Form): Promise<void> {
      const { user, token: given } = await api.enter(form);
      if (!isOfTeam(user)) throw new Trouble('forbidden');
      keep(given);
      welcome(user);
    },

    /** Our rights have changed: what they are now, and whether there are any left. */
    async check(): Promise<void> {
      checks += 1;
      const check = checks;
      try {
        const user = await api.me();
        // Of answers that overtake each other the last question's holds.
        if (check === checks) welcome(user);
      } catch (error) {
        const { kind } = troubleFrom(error);
        if (kind === 'unauthenticated' || kind === 'forbidden') end();
      }
    },

    async leave(): Promise<void> {
      await api.leave().catch(() => {});
      await forget();
      keep(null);
      location.reload();
    },
  };
}
