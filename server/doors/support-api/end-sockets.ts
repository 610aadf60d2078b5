import { ERRORS, PusherError } from '../../pusher/errors.ts';
import type { Hub } from '../../pusher/hub.ts';
import { userChannel } from './channels.ts';

/** Leave to listen is asked for once: who may hear less from now on begins anew, and at once. [P-8] */
const RIGHTS_CHANGED = [4200, 'Your rights have changed'] as const;

/** Ends this node's sockets of somebody whose rights have changed; who has none left stays away. */
export function endSocketsOf(hub: Hub, userId: number, isShutOut: boolean): void {
  const own = userChannel(userId);
  for (const session of [...hub.sessions.values()]) {
    const isTheirs = session.isOf(String(userId)) || [...session.channels].some(({ name }) => name === own);
    if (isTheirs) session.end(new PusherError(isShutOut ? ERRORS.terminated : RIGHTS_CHANGED));
  }
}
