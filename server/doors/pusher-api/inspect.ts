import { occupiedChannels } from '../../pusher/channel-info.ts';
import type { Hub } from '../../pusher/hub.ts';
import { type Dialect, infoIn } from './dialect.ts';
import { ApiRefusal } from './refusals.ts';
import { infoList } from './wire.ts';

/** `GET /apps/:id/connections` → `{"connections":2}`: sockets on at least one channel, as Reverb counts them */
export function connections(hub: Hub): object {
  return { connections: hub.channels.subscribed.total };
}

/** `GET /apps/:id/channels?filter_by_prefix=&info=` → `{"channels":{"presence-a":{"user_count":2}}}`, an object even when empty [Q-K] */
export function channels(hub: Hub, query: URLSearchParams, dialect: Dialect): object {
  const wanted = infoList(query.get('info'));
  const prefix = query.get('filter_by_prefix') ?? '';
  if (dialect === 'pusher' && prefix && !prefix.startsWith('presence-') && wanted.includes('user_count')) {
    throw new ApiRefusal(400, 'Bad request: user_count is only known of presence channels; filter by presence-.');
  }
  const occupied = Array.from(occupiedChannels(hub, prefix));
  return { channels: Object.fromEntries(occupied.map(({ name }) => [name, infoIn(dialect, hub, name, wanted)])) };
}

/** `GET /apps/:id/channels/:name?info=` → `{"occupied":true,"subscription_count":2}` */
export function channel(hub: Hub, name: string, query: URLSearchParams, dialect: Dialect): object {
  return infoIn(dialect, hub, name, ['occupied', ...infoList(query.get('info'))]);
}

/** `GET /apps/:id/channels/:name/users` → `{"users":[{"id":1},{"id":"u7"}]}`, on whatever node they are [Q-J] */
export function channelUsers(hub: Hub, name: string, dialect: Dialect): object {
  const found = hub.channels.get(name);
  if (dialect === 'reverb' && !found?.isOccupied) throw new ApiRefusal(404, {});
  if (!hub.channels.traitsOf(name).presence) throw new ApiRefusal(400, {});
  return { users: found?.roster?.ids().map((id) => ({ id })) ?? [] };
}
