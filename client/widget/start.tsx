import type { ReactNode } from 'react';
import type { Identity } from '../chat/api.ts';
import { apiOf } from '../chat/api.ts';
import { liveConnection } from '../chat/live.ts';
import { Trouble } from '../chat/trouble.ts';
import { type Visitor, visitorOf } from '../chat/visitor.ts';
import { connectEcho } from '../echo/connect.ts';
import { App } from './app.tsx';
import { watchedPage } from './page.ts';
import { given, type ServerWord, settingsFrom, type WidgetSettings } from './settings.ts';
import { playSound } from './sound.ts';
import { hasSound } from './sound-switch.ts';
import { type Stage, stageOf, type WidgetEvents } from './stage.ts';
import { languageOf } from './texts/texts.ts';

export interface WidgetParts {
  /** Of the server. */
  base: string;
  said: ServerWord;
  settings: WidgetSettings;
  identity: Identity;
  token: string | undefined;
  isOpen: boolean;
  emit(name: keyof WidgetEvents, detail: unknown): void;
  /** Whether the focus is inside the widget. */
  hasFocus(): boolean;
}

export interface Widget {
  stage: Stage;
  visitor: Visitor;
  view(): ReactNode;
  stop(): void;
}

/** What the server says about the site. Without it the widget still opens, keeps what is written and tries again. */
export async function askServer(base: string): Promise<ServerWord> {
  const asked = apiOf(base, () => null)
    .settings()
    .catch(() => null);
  return settingsFrom(await Promise.race([asked, after(2000)]));
}

/** Begins a visit: from here on it stores and connects. */
export function startWidget(parts: WidgetParts): Widget {
  const { look, socket } = parts.said;
  const settings: WidgetSettings = { ...look, ...given(parts.settings) };
  const locale = settings.locale ?? document.documentElement.lang ?? '';
  const language = languageOf(locale || navigator.language, settings.texts);
  const stage = stageOf(parts.emit, parts.hasFocus, parts.isOpen);
  const { page, watch } = watchedPage(stage);
  const visitor = visitorOf({
    base: parts.base,
    identity: { locale: language.locale, ...parts.identity },
    token: parts.token,
    category: settings.category,
    page,
    async socket() {
      const known = socket ?? settingsFrom(await apiOf(parts.base, () => null).settings()).socket;
      if (!known) throw new Trouble('broken');
      return known;
    },
    connect: async (address, onState) => liveConnection(connectEcho(address), onState),
    onReceived(message) {
      stage.received(message);
      const isWatched = stage.state.get().isOpen && document.hasFocus();
      if (!isWatched && hasSound() && visitor.isSoundLeader()) playSound();
    },
    onUnauthenticated: () => parts.emit('unauthenticated', undefined),
  });
  const stopWatching = watch(visitor.moved);
  const surroundings = { visitor, settings, language };
  return {
    stage,
    visitor,
    view: () => <App stage={stage} surroundings={surroundings} />,
    stop() {
      stopWatching();
      visitor.stop();
    },
  };
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, ms, null));
}
