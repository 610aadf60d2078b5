import type { MessagePage } from '../../client/chat/message.ts';
import type { WireRoomDetails } from '../../server/doors/support-api/wire-opening.ts';
import type { WireChannelAuth } from '../../server/doors/support-api/wire-tools.ts';
import type { DeskApi } from './desk-api.ts';
import type { DeskRoom } from './wire.ts';

/** All it takes to be in a room, in one answer. */
export interface Opening {
  room: DeskRoom;
  /** The newest messages. */
  page: MessagePage;
  draft: { text: string; isNote: boolean } | null;
  /** Null: nobody looks at them. */
  details: WireRoomDetails | null;
  /** Leave to join the room's channels, by their names. */
  channels: Readonly<Record<string, WireChannelAuth>> | null;
}

export interface OpeningsParts {
  api: DeskApi;
  /** Of the connection that will join the room's channels; null: there is none yet. */
  socketId(): string | null;
  wantsDetails(): boolean;
  onOpened(opening: Opening): void;
}

/** The channels of one room. */
const ROOM = /-admin\.chat\.(\d+)$/;

/** How long after it has come an answer is still taken for what the server says now. */
const FRESH_MS = 1000;

interface Asked {
  answer: Promise<Opening>;
  isUnderWay: boolean;
}

/** Asks for a room once, however many wait for a part of the answer. */
export function openingsOf({ api, socketId, wantsDetails, onOpened }: OpeningsParts) {
  const rooms = new Map<number, Asked>();
  /** Leave that nobody has used yet, and for which socket it is. */
  const leave = new Map<string, { socketId: string | null; auth: WireChannelAuth }>();

  async function answerOf(room: number): Promise<Opening> {
    const socket = socketId();
    const opening = await api.opening(room, wantsDetails(), socket);
    for (const [name, auth] of Object.entries(opening.channels ?? {})) leave.set(name, { socketId: socket, auth });
    onOpened(opening);
    return opening;
  }

  function ask(room: number): Promise<Opening> {
    const asked: Asked = { answer: answerOf(room), isUnderWay: true };
    const forget = () => {
      if (rooms.get(room) === asked) rooms.delete(room);
    };
    rooms.set(room, asked);
    asked.answer.then(() => {
      asked.isUnderWay = false;
      setTimeout(forget, FRESH_MS);
    }, forget);
    return asked.answer;
  }

  return {
    /** @throws Trouble */
    open(room: number): Promise<Opening> {
      const asked = rooms.get(room);
      return asked?.isUnderWay ? asked.answer : ask(room);
    },

    /** The answer that is on its way, or has just come. */
    latest: (room: number): Promise<Opening> | null => rooms.get(room)?.answer ?? null,

    /** Leave for a socket to join a channel: as it came with the opening of its room, or asked for. @throws Trouble */
    async leaveFor(channel: string, socket: string): Promise<WireChannelAuth> {
      // Who joins a room's channels asks for the room in the same breath.
      await Promise.resolve();
      await rooms.get(Number(ROOM.exec(channel)?.[1]))?.answer.catch(() => {});
      const given = leave.get(channel);
      leave.delete(channel);
      return given?.socketId === socket ? given.auth : api.leaveToJoin(channel, socket);
    },
  };
}
