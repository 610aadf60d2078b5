import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { Identity } from '../chat/api.ts';
import { keeperOf } from '../chat/keeping.ts';
import { openHost } from '../widget/host.ts';
import { given, type WidgetSettings } from '../widget/settings.ts';
import type { WidgetEvents } from '../widget/stage.ts';
import type { Widget } from '../widget/start.tsx';
import { ClosedLauncher } from './ClosedLauncher.tsx';

export type { Identity, WidgetEvents, WidgetSettings };

export interface LiveChatWidgetProps extends WidgetSettings {
  /** Where the server is: `https://chat.example.com`. */
  server: string;
  /** Who the visitor is, as your site knows. */
  identity?: Identity;
  /** A token of a user who signed in to the server; left out, the visitor is a guest. */
  token?: string | undefined;
  /** Parts of your site where the chat has no place, by the beginning of their path. */
  hiddenPaths?: readonly string[];
  /** Of the page's policy for styles; only browsers without constructed style sheets need it. */
  nonce?: string;
  /** `open`, `close`, `unread`, `message`, `unauthenticated`: as `AntiphonChat.on` of the script tells them. */
  onEvent?(name: keyof WidgetEvents, detail: unknown): void;
}

/** What pages of the frontends this widget replaces leave in the storage to have the chat open on the next page. */
const WISH = 'prochepro_open_chat';

/**
 * The visitors' chat in a React app. It draws nothing where it stands, and on the server nothing at all: launcher and
 * panel live in an element of their own at the end of the page. Nothing is asked, stored or connected before it is opened.
 */
export function LiveChatWidget(props: LiveChatWidgetProps): ReactNode {
  const latest = useRef(props);
  latest.current = props;
  const [host, setHost] = useState<ReturnType<typeof openHost> | null>(null);
  const [widget, setWidget] = useState<Widget | null>(null);
  const [isBegun, setBegun] = useState(false);
  const [isWanted, setWanted] = useState(false);
  const { server, token, identity, hiddenPaths, nonce, onEvent: _, ...look } = props;
  const who = JSON.stringify([server, token, identity]);
  const written = JSON.stringify(look);
  const settings = useMemo(() => JSON.parse(written) as WidgetSettings, [written]);

  useEffect(() => {
    if (latest.current.hiddenPaths?.some((path) => location.pathname.startsWith(path))) return;
    const opened = openHost(latest.current.nonce);
    setHost(opened);
    const open = () => setWanted(true);
    const lookAtAddress = () => {
      if (location.hash === '#chat') open();
    };
    addEventListener('open-chat-widget', open);
    addEventListener('hashchange', lookAtAddress);
    lookAtAddress();
    if (isWished()) open();
    return () => {
      removeEventListener('open-chat-widget', open);
      removeEventListener('hashchange', lookAtAddress);
      setHost(null);
      opened.remove();
    };
  }, []);

  // Whoever has opened it before gets answers, and sends what waits, without opening it again.
  useEffect(() => {
    if (isWanted || (host && hasVisited())) setBegun(true);
  }, [isWanted, host]);
  useEffect(() => {
    if (!host || !isBegun) return;
    let isGone = false;
    let begun: Widget | null = null;
    const [base, known, claims] = JSON.parse(who) as [string, string | undefined, Identity | undefined];
    void import('../widget/start.tsx').then(async ({ askServer, startWidget }) => {
      const said = await askServer(base);
      if (isGone) return;
      begun = startWidget({
        base,
        said,
        settings: given(settings),
        identity: claims ?? {},
        token: known ?? undefined,
        isOpen: false,
        emit: (name, detail) => latest.current.onEvent?.(name, detail),
        hasFocus: () => host.root.activeElement !== null,
      });
      setWidget(begun);
    });
    return () => {
      isGone = true;
      begun?.stop();
      setWidget(null);
    };
  }, [host, isBegun, who, settings]);

  useEffect(() => {
    if (!widget || !isWanted) return;
    widget.stage.open();
    setWanted(false);
  }, [widget, isWanted]);

  if (!host) return null;
  const view = widget ? widget.view() : <ClosedLauncher settings={settings} onOpen={() => setWanted(true)} />;
  return createPortal(view, host.container);
}

function isWished(): boolean {
  try {
    const isSo = localStorage.getItem(WISH) === 'true';
    if (isSo) localStorage.removeItem(WISH);
    return isSo;
  } catch {
    return false;
  }
}

function hasVisited(): boolean {
  const keeper = keeperOf('antiphon.');
  return keeper.read('token') !== null || keeper.read('room') !== null;
}
