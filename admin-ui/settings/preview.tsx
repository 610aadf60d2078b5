import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { apiOf } from '../../client/chat/api.ts';
import { storeOf } from '../../client/chat/store.ts';
import type { Visitor, VisitorState } from '../../client/chat/visitor.ts';
import { useBrand } from '../../client/widget/brand.ts';
import { SurroundingsContext } from '../../client/widget/context.ts';
import { Launcher } from '../../client/widget/launcher.tsx';
import { Panel } from '../../client/widget/panel.tsx';
import { settingsFrom, type WidgetSettings } from '../../client/widget/settings.ts';
import { languageOf } from '../../client/widget/texts/texts.ts';
import css from '../../client/widget/widget.css?inline';
import { useLanguage } from '../frame/surroundings.ts';
import type { Look } from './settings-api.ts';
import { useWords } from './words.ts';

const views = ['start', 'questions', 'closed'] as const;
type View = (typeof views)[number];

/** The visitors' own widget, before anybody has written, in a page of its own. What is written in it goes nowhere. */
export default function Preview({ look }: { look: Look }) {
  const words = useWords();
  const { locale } = useLanguage();
  const frame = useRef<HTMLIFrameElement>(null);
  const [container, setContainer] = useState<HTMLElement | null>(null);
  const [chosen, setChosen] = useState<View>('start');
  const view = chosen === 'questions' && !look.ask?.length ? 'start' : chosen;
  // Some browsers put another document in place once they have “loaded” the empty one.
  const furnish = useCallback(() => setContainer(frame.current && furnished(frame.current)), []);
  useEffect(furnish, [furnish]);
  // The widget takes the focus when it opens. Here it must not.
  const [settled, setSettled] = useState('');
  const key = container ? view : '';
  useEffect(() => setSettled(key), [key]);

  const settings = settingsFrom({ widget: { ...look, ask: view === 'questions' ? look.ask : [] } }).look;
  return (
    <figure className="preview">
      <figcaption className="flex flex-wrap items-center gap-2">
        <span className="grow font-semibold">{words('preview')}</span>
        <span className="kinds">
          {views.map(
            (each) =>
              (each !== 'questions' || look.ask?.length) && (
                <button key={each} type="button" aria-pressed={each === view} onClick={() => setChosen(each)}>
                  {words(`preview ${each}`)}
                </button>
              ),
          )}
        </span>
      </figcaption>
      <iframe ref={frame} title={words('preview')} className="preview-frame" onLoad={furnish} />
      {container &&
        createPortal(
          <Widget
            settings={settings}
            locale={settings.locale ?? locale}
            isOpen={view !== 'closed'}
            isSettled={settled === key}
            onToggle={(isOpen) => setChosen(isOpen ? 'start' : 'closed')}
          />,
          container,
        )}
    </figure>
  );
}

interface Props {
  settings: WidgetSettings;
  locale: string;
  isOpen: boolean;
  isSettled: boolean;
  onToggle(isOpen: boolean): void;
}

function Widget({ settings, locale, isOpen, isSettled, onToggle }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const language = useMemo(() => languageOf(locale), [locale]);
  const visitor = useMemo(nobody, []);
  const surroundings = { visitor, settings, language };
  useBrand(root, settings.color);
  return (
    <SurroundingsContext.Provider value={surroundings}>
      <div
        ref={root}
        className="antiphon"
        lang={language.locale}
        dir="ltr"
        data-theme={settings.theme ?? 'auto'}
        data-side={settings.side ?? 'end'}
        data-open={isOpen}
        inert={!isSettled}
      >
        {isOpen && <Panel conversation={null} isPhone={false} onClose={() => onToggle(false)} />}
        <Launcher
          isOpen={isOpen}
          unread={0}
          preview={null}
          takesFocus={false}
          onToggle={() => onToggle(!isOpen)}
          onDismiss={() => {}}
        />
      </div>
    </SurroundingsContext.Provider>
  );
}

/** A visitor who has said nothing, and of whom nothing leaves this page. */
function nobody(): Visitor {
  const store = storeOf<VisitorState>({
    phase: 'ready',
    me: null,
    conversation: null,
    waiting: [],
    trouble: null,
    draft: '',
  });
  return {
    api: apiOf(location.origin, () => null),
    state: store,
    isSoundLeader: () => false,
    wake: () => {},
    moved: () => {},
    send: async () => store.set({ draft: '' }),
    setDraft: (draft) => store.set({ draft }),
    startAnew: async () => {},
    identify: async () => {},
    restart: async () => {},
    stop: () => {},
  };
}

/** A page with the widget's styles in it; answers where the widget goes. */
function furnished(frame: HTMLIFrameElement): HTMLElement | null {
  const { contentDocument: page, contentWindow: own } = frame;
  if (!page || !own) return null;
  const known = page.querySelector('antiphon-chat')?.shadowRoot?.firstElementChild;
  if (known) return known as HTMLElement;
  page.documentElement.style.colorScheme = 'light dark';
  page.documentElement.style.background = 'light-dark(#e3e7ee, #0b0d11)';
  const host = page.createElement('antiphon-chat');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new (own as unknown as typeof globalThis).CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const container = page.createElement('div');
  root.append(container);
  page.body.append(host);
  return container;
}
