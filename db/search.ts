import { sql } from 'kysely';
import { containing, digitsOf, fold } from './fold.ts';
import { meetRooms, type Room } from './rooms.ts';
import type { Db } from './upsert.ts';

export interface RoomSearch {
  text: string;
  /** Only rooms of this site, and of none. */
  servedFrom?: string;
  limit: number;
}

/** Rooms whose person's name, address or phone, or whose messages, contain the text; newest first. */
export async function searchRooms(db: Db, search: RoomSearch): Promise<Room[]> {
  const ids = new Set([...(await roomsOfPeople(db, search)), ...(await roomsOfMessages(db, search))]);
  if (ids.size === 0) return [];
  const rows = db
    .selectFrom('support_chat_rooms')
    .selectAll()
    .where('id', 'in', [...ids]);
  const newestFirst = rows.orderBy('last_message_at', 'desc').orderBy('id', 'desc').limit(search.limit);
  return meetRooms(db, await newestFirst.execute());
}

/** The ids of people whose name, address or phone contain the text. */
export async function peopleMatching(db: Db, text: string, limit: number): Promise<number[]> {
  const pattern = containing(fold(text));
  const digits = digitsOf(text);
  const rows = await db
    .selectFrom('users')
    .select('id')
    .where(({ eb, or, and, val }) => {
      const holds = (column: 'name_folded' | 'name' | 'phone_digits' | 'phone', wanted: string) =>
        sql<boolean>`${eb.ref(column)} like ${val(wanted)} escape '!'`;
      return or([
        holds('name_folded', pattern),
        // An app beside us changes names without knowing of the folded column.
        holds('name', containing(text)),
        ...(digits !== null && digits.length >= 3
          ? [
              holds('phone_digits', containing(digits)),
              and([eb('phone_digits', 'is', null), holds('phone', containing(text))]),
            ]
          : []),
      ]);
    })
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

async function roomsOfPeople(db: Db, { text, servedFrom, limit }: RoomSearch): Promise<number[]> {
  const people = await peopleMatching(db, text, limit);
  if (people.length === 0) return [];
  let rooms = db.selectFrom('support_chat_rooms').select('id').where('user_id', 'in', people);
  if (servedFrom !== undefined) {
    rooms = rooms.where(({ eb, or }) => or([eb('site_domain', '=', servedFrom), eb('site_domain', 'is', null)]));
  }
  return (await rooms.orderBy('last_message_at', 'desc').limit(limit).execute()).map((row) => row.id);
}

async function roomsOfMessages(db: Db, { text, servedFrom, limit }: RoomSearch): Promise<number[]> {
  let messages = db
    .selectFrom('support_chat_messages as message')
    .innerJoin('support_chat_rooms as room', 'room.id', 'message.chat_room_id')
    .select('room.id')
    .where(sql<boolean>`message_folded like ${containing(fold(text))} escape '!'`);
  if (servedFrom !== undefined) {
    messages = messages.where(({ eb, or }) =>
      or([eb('room.site_domain', '=', servedFrom), eb('room.site_domain', 'is', null)]),
    );
  }
  // Newest first, so that the reading ends early; one room may hold many of them.
  const rows = await messages
    .orderBy('message.id', 'desc')
    .limit(limit * 10)
    .execute();
  return [...new Set(rows.map((row) => row.id))].slice(0, limit);
}
