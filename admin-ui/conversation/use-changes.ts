import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { useTeam } from '../frame/availability.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { changeText } from './change-text.ts';
import { historyPage } from './history.ts';
import { useWords } from './words.ts';

const LOOKED_BACK = 5;

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
  const toldThrough = useRef<number | null>(null);
  const about = JSON.stringify([
    ...[room.status, room.priority, room.category, room.assignee?.id, room.snoozedUntil],
    ...room.labels.map(({ id }) => id),
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: how the room stands is why its history is asked for
  useEffect(() => {
    let isCurrent = true;
    void queries.invalidateQueries({ queryKey: ['history', room.id] });
    historyPage(api, room.id, null, LOOKED_BACK).then(
      (entries) => {
        if (!isCurrent) return;
        const before = toldThrough.current;
        toldThrough.current = Math.max(before ?? 0, entries[0]?.id ?? 0);
        if (before === null) return;
        const news = entries.filter(({ id, actor, change }) => id > before && change && actor && actor.id !== me.id);
        const said = news.reverse().map((entry) => changeText(entry, telling.current));
        if (said.join('') !== '') tell(said.join(' '));
      },
      () => {}, // The room itself shows how it stands.
    );
    return () => {
      isCurrent = false;
    };
  }, [about, room.id, api, me.id, queries, tell]);
}
