import type { Text } from '../../texts/texts.ts';

export const en = {
  why: 'What the node that answers you holds and hears right now. Nothing of it is kept.',
  app: 'App',
  refresh: 'Look again',
  'sockets here': 'Sockets on this node',
  'sockets everywhere': 'on all nodes',
  channels: 'Channels',
  channel: 'Channel',
  subscriptions: 'Subscriptions',
  members: 'Members',
  'newest sockets': 'Newest sockets',
  socket: 'Socket',
  user: 'User',
  'open for': 'Open for',
  'silent for': 'Silent for',
  tail: 'What happens',
  live: 'live',
  connecting: 'connecting…',
  stopped: 'stopped',
  search: 'Search in it',
  stop: 'Stop',
  'go on': 'Go on',
  'nothing yet': 'Nothing yet.',
  opened: 'came',
  received: 'said',
  refused: 'was refused',
  published: 'event',
  closed: 'went',
  'n seconds': { one: '{n} second', other: '{n} seconds' } as Text,
};

export type Texts = Record<keyof typeof en, Text>;
