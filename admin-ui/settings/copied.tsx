import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../frame/dialog.tsx';
import { useWords } from './words.ts';

/** A text to take elsewhere. */
export function Copied({ label, text }: { label: string; text: string }) {
  const words = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(setCopied, 3000, false);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without TLS a page may not; what is selected can still be copied by hand.
      field.current?.select();
    }
  };
  return (
    <div className="grid gap-2">
      <textarea
        ref={field}
        readOnly
        rows={Math.min(6, Math.ceil(text.length / 60) + text.split('\n').length - 1)}
        aria-label={label}
        className="field font-mono text-[13px]"
        dir="ltr"
        value={text}
        onFocus={(event) => event.target.select()}
      />
      <p className="flex items-center gap-3">
        <button type="button" className="button" onClick={copy}>
          {words('copy')}
        </button>
        <span role="status" className="text-muted">
          {isCopied ? words('copied') : ''}
        </span>
      </p>
    </div>
  );
}

export interface Once {
  title: string;
  text: string;
  /** What to do with it. */
  why: string;
}

/** What the server says this once: a link, a secret. */
export function ShownOnce({ once, onClose }: { once: Once; onClose(): void }) {
  const words = useWords();
  return (
    <Dialog label={once.title} onClose={onClose}>
      <div className="grid w-[min(34rem,90vw)] gap-3 p-5">
        <h2 className="text-lg font-semibold">{once.title}</h2>
        <p>{once.why}</p>
        <Copied label={once.title} text={once.text} />
        <p className="text-muted">{words('only once')}</p>
        <button type="button" className="button-main justify-self-end" onClick={onClose}>
          {words('done')}
        </button>
      </div>
    </Dialog>
  );
}
