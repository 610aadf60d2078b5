import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { putting } from '../conversation/putting.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { useTeam } from '../frame/availability.ts';
import { Avatar } from '../frame/avatar.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { type Action, nameOf } from './bindings.ts';

/** One thing to choose. */
export interface Entry {
  key: string;
  text: string;
  more: string;
  picture: ReactNode;
  caps: string | undefined;
  run(): void;
}

export interface Group {
  name: string;
  entries: readonly Entry[];
}

const NOT_COMMANDS = new Set<Action>(['palette', 'next chat', 'previous chat', 'leave composer']);
const ROOMS_AT_MOST = 8;
const REPLIES_AT_MOST = 6;
/** Fewer letters than this are everywhere. */
const SEARCHED_FROM = 2;

/** What fits what was typed: first whom one may mean, then what one may want. */
export function useEntries(typed: string): readonly Group[] {
  const { say } = useLanguage();
  const { keys, way } = useSurroundings();
  const { api, inbox } = useDesk();
  // What can be done is what could be done when it was opened: the dialog itself can do nothing of it.
  const [possible] = useState(() => keys.possible().filter((action) => !NOT_COMMANDS.has(action)));
  const roomId = way.state.get().roomId;
  const asked = useDeferredValue(typed);
  const { data: found = [] } = useQuery({
    queryKey: ['palette', asked],
    queryFn: () => api.search(asked),
    enabled: asked.length >= SEARCHED_FROM,
    placeholderData: keepPreviousData,
  });
  const { data: replies = [] } = useQuery({ queryKey: ['canned'], queryFn: api.canned, enabled: putting.isPossible() });
  const team = useTeam();
  const words = typed.toLocaleLowerCase();
  const fits = (text: string) => text.toLocaleLowerCase().includes(words);

  const actions = possible
    .map((action) => commandEntry(action, nameOf(action, say), keys.capsOf(action), () => keys.run(action)))
    .filter(({ text }) => fits(text));
  const known = [...inbox.state.get().rooms.values()]
    .filter(({ visitor }) => fits([visitor.name, visitor.email, visitor.phone].join(' ')))
    .sort((a, b) => b.lastMessageAt - a.lastMessageAt);
  const rooms = [...new Map([...known, ...(words ? found : [])].map((room) => [room.id, room])).values()]
    .slice(0, ROOMS_AT_MOST)
    .map((room) => roomEntry(room, () => openRoom(room)));
  const members = possible.includes('assign to')
    ? team
        .filter(({ name }) => words !== '' && fits(name))
        .map(({ id, name }) =>
          entry(`member-${id}`, say('assign to name', { name }), '', <Avatar id={id} name={name} size={22} />, () =>
            assign(id),
          ),
        )
    : [];
  const canned = (putting.isPossible() && words !== '' ? replies : [])
    .filter(({ shortCode, text }) => fits(`/${shortCode} ${text}`))
    .slice(0, REPLIES_AT_MOST)
    .map((reply) =>
      entry(`canned-${reply.id}`, `/${reply.shortCode}`, reply.text, null, () =>
        putting.put({ kind: 'canned', reply }),
      ),
    );

  function openRoom(room: DeskRoom): void {
    inbox.put(room);
    way.open(room.id);
  }
  function assign(agent: number): void {
    if (roomId !== null) putting.put({ kind: 'assign', agent });
  }

  const commands = { name: say('commands'), entries: actions };
  const groups = [
    { name: say('chats'), entries: rooms },
    { name: say('team'), entries: members },
    { name: say('canned'), entries: canned },
  ];
  return (words === '' ? [commands, ...groups] : [...groups, commands]).filter(({ entries }) => entries.length > 0);
}

const entry = (key: string, text: string, more: string, picture: ReactNode, run: () => void): Entry => ({
  ...{ key, text, more, picture, run },
  caps: undefined,
});

function commandEntry(action: Action, text: string, caps: string | undefined, run: () => void): Entry {
  return { ...entry(action.replaceAll(' ', '-'), text, '', null, run), caps };
}

function roomEntry({ id, visitor, latest }: DeskRoom, run: () => void): Entry {
  const picture = <Avatar id={visitor.id} name={visitor.name} size={22} />;
  return entry(`room-${id}`, visitor.name, latest?.text ?? '', picture, run);
}
