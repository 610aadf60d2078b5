import { memo, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { Conversation } from '../chat/conversation.ts';
import type { Block, Row } from '../chat/rows.ts';
import { useSurroundings } from './context.ts';
import type { Picture } from './lightbox.tsx';
import { MessageRow, OutgoingRow } from './row.tsx';

/** Tells blocks whether they are near what is seen. */
export interface Nearness {
  watch(element: Element, hear: (isNear: boolean) => void): () => void;
}

const MARGIN_PX = 1200;

export function useNearness(scroller: RefObject<HTMLElement | null>): Nearness {
  return useMemo(() => {
    const hearers = new Map<Element, (isNear: boolean) => void>();
    let observer: IntersectionObserver | null = null;
    return {
      watch(element, hear) {
        observer ??= new IntersectionObserver(
          (entries) => {
            for (const { target, isIntersecting } of entries) hearers.get(target)?.(isIntersecting);
          },
          { root: scroller.current, rootMargin: `${MARGIN_PX}px 0px` },
        );
        hearers.set(element, hear);
        observer.observe(element);
        return () => {
          hearers.delete(element);
          observer?.unobserve(element);
        };
      },
    };
  }, [scroller]);
}

export interface BlockProps {
  block: Block;
  nearness: Nearness;
  conversation: Conversation | null;
  skewMs: number;
  onPicture(picture: Picture): void;
}

/** Rows far from what is seen are left out; their block keeps its height, so that nothing moves. */
export const BlockView = memo(function BlockView({ block, nearness, conversation, skewMs, onPicture }: BlockProps) {
  const element = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState<number | null>(null);
  useEffect(() => {
    const own = element.current;
    if (!own) return;
    return nearness.watch(own, (isNear) => setHeight(isNear ? null : own.offsetHeight));
  }, [nearness]);
  useEffect(() => {
    if (element.current) element.current.style.height = height === null ? '' : `${height}px`;
  }, [height]);
  return (
    <div ref={element} className="block">
      {height === null &&
        block.rows.map((row) => (
          <RowView key={row.key} row={row} conversation={conversation} skewMs={skewMs} onPicture={onPicture} />
        ))}
    </div>
  );
});

interface RowProps {
  row: Row;
  conversation: Conversation | null;
  skewMs: number;
  onPicture(picture: Picture): void;
}

const RowView = memo(function RowView({ row, conversation, skewMs, onPicture }: RowProps) {
  const { language } = useSurroundings();
  switch (row.kind) {
    case 'day':
      return (
        <div className="line">
          <span>{language.day(row.at, Date.now() + skewMs)}</span>
        </div>
      );
    case 'unread':
      return (
        <div className="line unread">
          <span>{language.say('newLine', { n: row.count })}</span>
        </div>
      );
    case 'outgoing':
      return <OutgoingRow outgoing={row.outgoing} conversation={conversation} />;
    case 'message':
      return <MessageRow row={row} onPicture={onPicture} />;
  }
});
