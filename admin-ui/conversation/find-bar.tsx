import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import type { Message } from '../../client/chat/message.ts';
import { firstSeq, hasOlder } from '../../client/chat/timeline.ts';
import { Icon } from '../frame/icons.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { finding } from './finding.ts';
import { useWords } from './words.ts';

/**
 * Looks for words in the conversation. What is loaded is looked through at once; older messages are asked for page after
 * page when one goes further back than that: the server has no search inside a room.
 */
export default function FindBar({ conversation, onClose }: { conversation: Conversation; onClose(): void }) {
  const { say } = useLanguage();
  const word = useWords();
  const timeline = useStore(conversation.state, (state) => state.timeline);
  const [text, setText] = useState('');
  const [isSeeking, setSeeking] = useState(false);
  const messageId = useStore(finding, (state) => state.messageId);
  const stopSeeking = useRef<() => void>(() => {});
  const wanted = text.trim().toLocaleLowerCase();
  const hits = useMemo(() => hitsIn(timeline.messages, wanted), [timeline.messages, wanted]);
  const at = hits.findIndex(({ id }) => id === messageId);
  useMarks(wanted, hits);
  useEffect(
    () => () => {
      stopSeeking.current();
      finding.set({ messageId: null });
    },
    [],
  );

  const go = (hit: Message | undefined) => finding.set({ messageId: hit?.id ?? null });
  async function further(): Promise<void> {
    let isStopped = false;
    stopSeeking.current = () => {
      isStopped = true;
    };
    setSeeking(true);
    const known = hits.length;
    for (;;) {
      const { timeline: now } = conversation.state.get();
      const found = hitsIn(now.messages, wanted);
      if (found.length > known) {
        go(found.at(-known - 1));
        break;
      }
      const first = firstSeq(now);
      if (isStopped || !hasOlder(now)) break;
      await conversation.loadOlder();
      // Nothing came: there is no network, and asking on would not help.
      if (firstSeq(conversation.state.get().timeline) === first) break;
    }
    setSeeking(false);
  }
  const step = (by: 1 | -1) => {
    if (wanted === '' || isSeeking) return;
    const next = at < 0 ? hits.length - 1 : at + by;
    if (next < 0) void further();
    else if (next < hits.length) go(hits[next]);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    else if (event.key === 'Enter') step(event.shiftKey ? 1 : -1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'ArrowDown') step(1);
    else return;
    event.preventDefault();
  };
  const status = isSeeking
    ? word('seeking')
    : wanted === ''
      ? ''
      : at < 0
        ? word('n found', { n: hits.length })
        : word('hit of', { at: at + 1, n: hits.length });

  return (
    <search className="find-bar">
      <input
        // biome-ignore lint/a11y/noAutofocus: one has just asked to look here
        autoFocus
        type="search"
        dir="auto"
        className="field"
        aria-label={say('find')}
        placeholder={say('find')}
        maxLength={200}
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          stopSeeking.current();
          setText(next);
          go(hitsIn(timeline.messages, next.trim().toLocaleLowerCase()).at(-1));
        }}
        onKeyDown={pressed}
      />
      <span role="status" className="shrink-0 text-[13px] text-muted">
        {status}
      </span>
      <button type="button" className="button-quiet" aria-label={word('hit before')} onClick={() => step(-1)}>
        <Icon name="up" size={16} />
      </button>
      <button type="button" className="button-quiet" aria-label={word('hit after')} onClick={() => step(1)}>
        <Icon name="down" size={16} />
      </button>
      {wanted !== '' && !isSeeking && hasOlder(timeline) && (
        <button type="button" className="link shrink-0 text-[13px]" onClick={() => void further()}>
          {word('find older')}
        </button>
      )}
      <button type="button" className="button-quiet" aria-label={say('dismiss')} onClick={onClose}>
        <Icon name="close" size={16} />
      </button>
    </search>
  );
}

function hitsIn(messages: readonly Message[], wanted: string): readonly Message[] {
  if (wanted === '') return [];
  return messages.filter(
    ({ text, files, deletedAt }) =>
      deletedAt === null && [text, ...files.map(({ name }) => name)].join('\n').toLocaleLowerCase().includes(wanted),
  );
}

/** Paints the words where they stand, in browsers that can do so without changing the page. */
function useMarks(wanted: string, hits: readonly Message[]): void {
  useEffect(() => {
    if (wanted === '' || hits.length === 0 || !('highlights' in CSS)) return;
    const ranges: Range[] = [];
    const walker = document.createTreeWalker(document.querySelector('.log') ?? document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const said = (node.textContent ?? '').toLocaleLowerCase();
      if (!node.parentElement?.closest('.words')) continue;
      for (let from = said.indexOf(wanted); from >= 0; from = said.indexOf(wanted, from + wanted.length)) {
        // Some letters have another length in lower case.
        if (from + wanted.length > (node.textContent?.length ?? 0)) break;
        const range = new Range();
        range.setStart(node, from);
        range.setEnd(node, from + wanted.length);
        ranges.push(range);
      }
    }
    CSS.highlights.set('found', new Highlight(...ranges));
    return () => void CSS.highlights.delete('found');
  }, [wanted, hits]);
}
