import { channelOfUser } from './channel-name.ts';
import { ERRORS, PusherError } from './errors.ts';
import * as frames from './frames.ts';
import { decodeJson, isObject, type Payload } from './incoming.ts';
import { memberOf } from './roster.ts';
import type { Session, SignedInUser } from './session.ts';
import { userAuthText } from './signature.ts';

/** `pusher:signin` `{auth, user_data}`: the socket becomes a user's. [P-12] */
export function signIn(session: Session, { auth, user_data: userData }: Payload): void {
  if (typeof auth !== 'string' || typeof userData !== 'string') throw new PusherError(ERRORS.invalidMessage);
  const { hub } = session;
  if (!hub.signer.authorises(userAuthText(session.socketId, userData), auth)) {
    throw new PusherError(ERRORS.unauthorized);
  }
  const claims = decodeJson(userData);
  const id = isObject(claims) ? claims.id : undefined;
  if (typeof id !== 'string' || id === '' || id.length > hub.app.presence.maxUserIdLength) {
    throw new PusherError(ERRORS.invalidMessage);
  }
  const { watchlist, user_info: info } = claims as Payload;
  const watched = watchlistIn(watchlist);
  const user: SignedInUser = { id, member: memberOf(id, info), watchlist: watched.slice(0, hub.app.maxWatchlist) };

  // What was only the previous user's is not this one's.
  if (session.user && session.user.id !== id) hub.channels.leave(session, channelOfUser(session.user.id));
  session.isAuthorised = true;
  session.connection.send(frames.signinSuccess(userData));
  if (watched.length > user.watchlist.length) {
    session.connection.send(frames.error(new PusherError(ERRORS.watchlistTooLong)));
  }
  hub.users.signIn(session, user);
}

function watchlistIn(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new PusherError(ERRORS.invalidMessage);
  return [...new Set(value.filter((id) => typeof id === 'string' || typeof id === 'number').map(String))];
}
