import { type FormEvent, useId, useState } from 'react';
import type { RoomActions } from '../conversation/actions.ts';
import { useWords } from '../conversation/words.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { TextName } from '../texts/texts.ts';

/** How to reach them, and what it is about. What visitors said of themselves is theirs to change. */
export function Contact({ room, actions }: { room: DeskRoom; actions: RoomActions }) {
  const { say, fullTime } = useLanguage();
  const { visitor } = room;
  const facts: [TextName, string | null, string | null][] = [
    ['email', visitor.email, visitor.email && `mailto:${visitor.email}`],
    ['phone', visitor.phone, visitor.phone && `tel:${visitor.phone.replace(/[^\d+]/g, '')}`],
    ['site', room.site, null],
    ['began', room.createdAt === null ? null : fullTime(room.createdAt), null],
  ];
  return (
    <div className="grid grid-cols-1 gap-2.5 px-4 pb-4">
      <dl className="grid grid-cols-1 gap-2.5">
        {facts
          .filter(([, value]) => value)
          .map(([name, value, href]) => (
            <div key={name}>
              <dt className="text-[13px] text-muted">{say(name)}</dt>
              <dd dir="auto" className="text-start wrap-anywhere">
                {href ? (
                  <a className="link" href={href}>
                    {value}
                  </a>
                ) : (
                  value
                )}
              </dd>
            </div>
          ))}
      </dl>
      <Category key={room.category} room={room} actions={actions} />
    </div>
  );
}

const CATEGORY_AT_MOST = 100;

function Category({ room, actions }: { room: DeskRoom; actions: RoomActions }) {
  const { say } = useLanguage();
  const word = useWords();
  const { inbox } = useDesk();
  const rooms = useStore(inbox.state, (state) => state.rooms);
  const [text, setText] = useState(room.category ?? '');
  const id = useId();
  const known = new Set([...rooms.values()].flatMap(({ category }) => category ?? []));
  const isChanged = text.trim() !== '' && text.trim() !== room.category;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged) void actions.setCategory(text.trim());
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor={id} className="text-[13px] text-muted">
        {say('category')}
      </label>
      <span className="flex gap-2">
        <input
          id={id}
          dir="auto"
          list={`${id}-known`}
          className="field"
          maxLength={CATEGORY_AT_MOST}
          placeholder={word('no category')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {isChanged && (
          <button type="submit" className="button">
            {say('save')}
          </button>
        )}
      </span>
      <datalist id={`${id}-known`}>
        {[...known].map((category) => (
          <option key={category} value={category} />
        ))}
      </datalist>
    </form>
  );
}
