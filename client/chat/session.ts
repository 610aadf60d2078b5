import type { Api, Identity } from './api.ts';
import type { Keeper } from './keeping.ts';
import type { Person } from './message.ts';
import type { Page } from './pages.ts';
import { troubleFrom } from './trouble.ts';

export interface SessionParts {
  identity: Identity;
  /** Of a user who signed in to the server; undefined: the visitor gets a guest's. */
  token: string | undefined;
  keeper: Keeper;
  page(): Page | null;
}

/** Who the visitor is to the server: a user with a token of the page's, somebody the site vouches for, or a guest. */
export function sessionOf({ keeper, page, ...known }: SessionParts) {
  let { identity } = known;
  let token = known.token ?? keeper.read('token');
  let isGuest = known.token === undefined;

  async function begun(api: Api): Promise<Person> {
    const { user, token: given } = await api.openSession(identity, page());
    if (given) {
      token = given;
      isGuest = true;
      keeper.write('token', token);
    }
    return { id: user.id, name: user.name, avatar: user.avatar ?? null };
  }

  return {
    token: () => token,
    isGuest: () => isGuest,

    async begin(api: Api): Promise<Person> {
      if (!token || identity.userHash !== undefined || identity.identityToken !== undefined) return begun(api);
      try {
        const { id, name } = await api.me();
        return { id, name, avatar: null };
      } catch (error) {
        if (troubleFrom(error).kind !== 'unauthenticated' || !isGuest) throw error;
        token = null;
        return begun(api);
      }
    },

    /** Answers whether this may be somebody else, for whom all begins anew. */
    claim({ token: given, ...claims }: Identity & { token?: string | undefined }): boolean {
      identity = { ...identity, ...claims };
      if (given) {
        token = given;
        isGuest = false;
      }
      return Boolean(given || claims.userHash || claims.identityToken);
    },
    tell: (api: Api) => begun(api),

    /** The server no longer knows the guest: the next beginning makes another. */
    forget(): void {
      if (!isGuest) return;
      token = null;
      keeper.write('token', null);
    },
  };
}
