import { useEffect, useRef, useState } from 'react';
import type { SentFile } from '../chat/message.ts';
import { useSurroundings } from './context.ts';
import { Icon } from './icons.tsx';
import { trapFocus } from './phone.ts';

/** Pictures of one message, and which is looked at first. */
export interface Picture {
  files: readonly SentFile[];
  index: number;
}

export function Lightbox({ picture, onClose }: { picture: Picture; onClose(): void }) {
  const { visitor, language } = useSurroundings();
  const { say } = language;
  const [index, setIndex] = useState(picture.index);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = box.current?.getRootNode() as ShadowRoot | undefined;
    const before = root?.activeElement as HTMLElement | null;
    box.current?.querySelector('button')?.focus();
    return () => before?.focus();
  }, []);
  const count = picture.files.length;
  const turn = (by: number) => setIndex((index + by + count) % count);
  const file = picture.files[index];
  if (!file) return null;
  const url = visitor.api.fileUrl(file.url);
  return (
    <div
      ref={box}
      className="lightbox"
      role="dialog"
      aria-modal="true"
      aria-label={file.name}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') onClose();
        else if (event.key === 'ArrowRight') turn(1);
        else if (event.key === 'ArrowLeft') turn(-1);
        else trapFocus(event, box.current);
      }}
    >
      <div className="lightbox-bar">
        <span dir="auto">{file.name}</span>
        {count > 1 && (
          <>
            <button type="button" className="icon-button" aria-label={say('previous')} onClick={() => turn(-1)}>
              <Icon name="back" />
            </button>
            <button type="button" className="icon-button" aria-label={say('next')} onClick={() => turn(1)}>
              <Icon name="forward" />
            </button>
          </>
        )}
        <a className="icon-button" href={url} download={file.name} target="_blank" rel="noopener noreferrer">
          <Icon name="down" />
          <span className="unseen">{say('download')}</span>
        </a>
        <button type="button" className="icon-button" aria-label={say('close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <img src={url} alt={file.name} />
    </div>
  );
}
