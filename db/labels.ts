import { isDuplicate } from './errors.ts';
import { uuidv7 } from './ids.ts';
import { toText } from './time.ts';
import type { Db } from './upsert.ts';

export interface Label {
  id: string;
  name: string;
  color: string;
}

export async function allLabels(db: Db): Promise<Label[]> {
  return db.selectFrom('desk_labels').select(['id', 'name', 'color']).orderBy('name').execute();
}

/** A second one of the same name is a duplicate. */
export async function addLabel(tx: Db, label: { name: string; color: string }, now: number): Promise<Label> {
  const row = { id: uuidv7(now), ...label };
  await tx
    .insertInto('desk_labels')
    .values({ ...row, created_at: toText(now) })
    .execute();
  return row;
}

export async function updateLabel(tx: Db, id: string, changes: { name?: string; color?: string }): Promise<void> {
  if (Object.keys(changes).length > 0) await tx.updateTable('desk_labels').set(changes).where('id', '=', id).execute();
}

/** Takes it off every room, too. */
export async function removeLabel(tx: Db, id: string): Promise<void> {
  await tx.deleteFrom('desk_labels').where('id', '=', id).execute();
}

/** The labels of each room, by room id; rooms without any are absent. */
export async function labelsOfRooms(db: Db, roomIds: readonly number[]): Promise<Map<number, Label[]>> {
  const byRoom = new Map<number, Label[]>();
  if (roomIds.length === 0) return byRoom;
  const rows = await db
    .selectFrom('desk_room_labels')
    .innerJoin('desk_labels', 'desk_labels.id', 'desk_room_labels.label_id')
    .select(['room_id', 'desk_labels.id', 'name', 'color'])
    .where('room_id', 'in', roomIds)
    .orderBy('name')
    .execute();
  for (const { room_id, ...label } of rows) byRoom.set(room_id, [...(byRoom.get(room_id) ?? []), label]);
  return byRoom;
}

/** Answers whether it was new to the room. */
export async function labelRoom(tx: Db, roomId: number, labelId: string, now: number): Promise<boolean> {
  try {
    await tx
      .insertInto('desk_room_labels')
      .values({ room_id: roomId, label_id: labelId, created_at: toText(now) })
      .execute();
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

export async function unlabelRoom(tx: Db, roomId: number, labelId: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('desk_room_labels')
    .where('room_id', '=', roomId)
    .where('label_id', '=', labelId)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
