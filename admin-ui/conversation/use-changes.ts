import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { useTeam } from '../frame/availability.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { changeText } from './change-text.ts';
import { type HistoryEntry, historyPage } from './history.ts';
import { useWords } from './words.ts';

const LOOKED_BACK = 5;
/** What happened before that is history, though the list may learn of it now. */
const NEWS_MS = 60_000;

/** Says what colleagues do to the room one looks at. Who it was, its history knows. */
export function useChangesByOthers(room: DeskRoom): void {
  const language = useLanguage();
  const word = useWords();
  const team = useTeam();
  const { tell } = useSurroundings();
  const { api, me } = useDesk();
  const queries = useQueryClient();
  const telling = useRef({ language, word, team });
  useEffect(() => {
    telling.current = { language, word, team };
  });
  const about = JSON.stringify([
    ...[room.status, room.priority, room.category, room.assignee?.id, room.snoozedUntil],
    ...room.labels.map(({ id }) => id),
  ]);
  const known = useRef({ about, at: room.updatedAt, through: 0 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: how the room stands is why its history is asked for
  useEffect(() => {
    const before = known.current;
    known.current = { ...before, about };
    if (before.about === about) return;
    let isCurrent = true;
    void queries.invalidateQueries({ queryKey: ['history', room.id] });
    historyPage(api, room.id, null, LOOKED_BACK).then(
      (entries) => {
        if (!isCurrent) return;
        const through = Math.max(before.through, entries[0]?.id ?? 0);
        known.current = { ...known.current, at: room.updatedAt, through };
        const isNews = ({ id, at, actor, change }: HistoryEntry) =>
          id > before.through &&
          at > Math.max(before.at, Date.now() - NEWS_MS) &&
          change &&
          actor &&
          actor.id !== me.id;
        const said = entries
          .filter(isNews)
          .reverse()
          .map((entry) => changeText(entry, telling.current));
        if (said.join('') !== '') tell(said.join(' '));
      },
      () => {}, // The room itself shows how it stands.
    );
    return () => {
      isCurrent = false;
    };
  }, [about, room.id, api, me.id, queries, tell]);
}
