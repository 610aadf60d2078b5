import Type, { type Static } from 'typebox';
import { Label, Message, orNull, RoomFile, Surroundings, TeamRoom } from './wire.ts';
import { Block, ChannelAuth, Draft, HistoryEntry } from './wire-tools.ts';

/** What stands beside a conversation, as far as it is shown at once. */
const RoomDetails = Type.Object(
  {
    visitor: Surroundings,
    earlier: Type.Array(TeamRoom, { description: 'Other conversations of the visitor, newest message first.' }),
    files: Type.Array(RoomFile, { description: 'Newest first, at most 20.' }),
    history: Type.Array(HistoryEntry, { description: 'Newest first, at most 50.' }),
    block: orNull(Block),
    labels: Type.Array(Label, { description: 'All there are.' }),
  },
  { title: 'RoomDetails' },
);

export const Opening = Type.Object(
  {
    room: TeamRoom,
    messages: Type.Array(Message, { description: 'The newest 50, ascending, notes included. None is marked read.' }),
    has_more: Type.Boolean({ description: 'There are older ones.' }),
    draft: orNull(Draft),
    details: orNull(RoomDetails),
    channels: orNull(
      Type.Record(Type.String(), ChannelAuth, {
        description: 'Leave to join the channels of the room, by their names; null without `socket_id`.',
      }),
    ),
  },
  { title: 'Opening' },
);

export type WireOpening = Static<typeof Opening>;
export type WireRoomDetails = Static<typeof RoomDetails>;
