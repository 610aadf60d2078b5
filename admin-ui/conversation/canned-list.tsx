import type { CannedReply } from '../desk/wire.ts';
import { useLanguage } from '../frame/surroundings.ts';

interface Props {
  replies: readonly CannedReply[];
  chosen: number;
  onChoose(reply: CannedReply): void;
}

/** Canned replies that fit what was typed after the slash. The field keeps the focus and the keys. */
export function CannedList({ replies, chosen, onChoose }: Props) {
  const { say } = useLanguage();
  return (
    <div role="listbox" id="canned-list" aria-label={say('canned')} className="canned">
      {replies.length === 0 && <p className="p-3 text-muted">{say('no canned')}</p>}
      {replies.map((reply, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        // biome-ignore lint/a11y/useFocusableInteractive: pointed at by the field
        <div
          key={reply.id}
          id={`canned-${index}`}
          role="option"
          aria-selected={index === chosen}
          ref={index === chosen ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
          className="menu-item aria-selected:bg-soft"
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(reply)}
        >
          <code className="shrink-0 text-[13px] text-muted">/{reply.shortCode}</code>
          <span className="grow truncate">{reply.text}</span>
        </div>
      ))}
    </div>
  );
}
