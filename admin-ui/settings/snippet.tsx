import { Copied } from './copied.tsx';
import { useWords } from './words.ts';

/** What a site pastes into its pages: the same on all, for the server knows them by their addresses. */
export function Snippet() {
  const words = useWords();
  return (
    <div className="grid gap-2">
      <h3 className="font-semibold">{words('snippet')}</h3>
      <p className="text-muted">{words('snippet why')}</p>
      <Copied label={words('snippet')} text={`<script src="${location.origin}/widget.js" async></script>`} />
    </div>
  );
}
