import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Message } from '../chat/message.ts';
import { useSurroundings } from './context.ts';
import { Icon } from './icons.tsx';

export interface LauncherProps {
  isOpen: boolean;
  unread: number;
  /** The newest message that came while the panel was closed. */
  preview: Message | null;
  onToggle(): void;
  onDismiss(): void;
  /** The panel has closed: the launcher takes the focus back. */
  takesFocus: boolean;
}

export function Launcher({ isOpen, unread, preview, onToggle, onDismiss, takesFocus }: LauncherProps) {
  const { say } = useSurroundings().language;
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (takesFocus) button.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    <>
      {preview && !isOpen && (
        <div className="preview">
          <button type="button" className="preview-text" onClick={onToggle}>
            <b dir="auto">{preview.author.name || say('someone')}</b>
            <span dir="auto">{preview.text || say('file')}</span>
          </button>
          <button type="button" className="icon-button" aria-label={say('dismiss')} onClick={onDismiss}>
            <Icon name="close" />
          </button>
        </div>
      )}
      <button
        ref={button}
        type="button"
        className="launcher"
        aria-expanded={isOpen}
        aria-controls={isOpen ? 'panel' : undefined}
        aria-label={isOpen ? say('close') : unread > 0 ? say('openUnread', { n: unread }) : say('open')}
        onClick={onToggle}
      >
        <Icon name={isOpen ? 'close' : 'chat'} />
        {unread > 0 && !isOpen && (
          <span className="badge" aria-hidden="true">
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </button>
    </>
  );
}

/** Flashes the page's title while there is something unread and nobody looks, and puts it back. */
export function useTitleFlash(unread: number, text: string): void {
  const [isHidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const look = () => setHidden(document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  useEffect(() => {
    if (unread === 0 || !isHidden) return;
    let own = document.title;
    const flash = () => {
      if (document.title === text) document.title = own;
      else {
        own = document.title;
        document.title = text;
      }
    };
    flash();
    const timer = setInterval(flash, 1500);
    return () => {
      clearInterval(timer);
      if (document.title === text) document.title = own;
    };
  }, [unread, isHidden, text]);
}
