import { createRoot } from 'react-dom/client';
import type { LoaderHandover } from '../loader.ts';
import { openHost } from './host.ts';
import type { ServerWord, WidgetSettings } from './settings.ts';
import { askServer, startWidget } from './start.tsx';

/** What the loader loads: the widget as one script. It takes over from the loader's launcher. */
async function takeOver(handover: LoaderHandover): Promise<void> {
  const settings = handover.settings as WidgetSettings;
  const said = (handover.said as ServerWord | undefined) ?? (await askServer(handover.base));
  handover.said = said;
  const locale = settings.locale ?? said.look.locale;
  if (locale && handover.speak(locale)) return;
  const { root, container } = openHost(handover.nonce);
  const hadFocus = document.activeElement === handover.host;
  const { token, ...identity } = handover.identity;
  const widget = startWidget({
    base: handover.base,
    said,
    settings,
    identity,
    token,
    isOpen: handover.isOpen,
    emit: handover.emit,
    hasFocus: () => root.activeElement !== null,
  });
  createRoot(container).render(widget.view());
  handover.host.remove();
  if (hadFocus && !handover.isOpen) requestAnimationFrame(() => root.querySelector('button')?.focus());
  handover.ready({
    open: widget.stage.open,
    close: widget.stage.close,
    identify: (more) => void widget.visitor.identify(more).catch(() => {}),
  });
}

const handover = (window as unknown as { AntiphonHandover?: LoaderHandover }).AntiphonHandover;
if (handover) void takeOver(handover);
