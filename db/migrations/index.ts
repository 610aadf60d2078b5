import type { Migration } from 'kysely';
import { laravelTables } from './0001-laravel-tables.ts';
import { deskTables } from './0002-desk-tables.ts';
import { passingTime } from './0003-passing-time.ts';
import { reportsAndSurroundings } from './0004-reports-and-surroundings.ts';

/** In the order of their names. A migration that has been released is never edited: write the next one. */
export const migrations: Record<string, Migration> = {
  '0001-laravel-tables': laravelTables,
  '0002-desk-tables': deskTables,
  '0003-passing-time': passingTime,
  '0004-reports-and-surroundings': reportsAndSurroundings,
};
