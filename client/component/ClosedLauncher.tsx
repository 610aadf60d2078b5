import { type ReactNode, useRef } from 'react';
import { useBrand } from '../widget/brand.ts';
import { Icon } from '../widget/icons.tsx';
import type { WidgetSettings } from '../widget/settings.ts';
import { languageOf } from '../widget/texts/texts.ts';

/** The launcher before anything else is loaded. */
export function ClosedLauncher({ settings, onOpen }: { settings: WidgetSettings; onOpen(): void }): ReactNode {
  const root = useRef<HTMLDivElement>(null);
  useBrand(root, settings.color);
  const language = languageOf(settings.locale ?? (document.documentElement.lang || navigator.language), settings.texts);
  return (
    <div
      ref={root}
      className="antiphon"
      lang={language.locale}
      dir={settings.direction ?? (language.direction === 'rtl' ? 'rtl' : document.documentElement.dir || 'ltr')}
      data-theme={settings.theme ?? 'auto'}
      data-side={settings.side ?? 'end'}
    >
      <button
        type="button"
        className="launcher"
        aria-expanded={false}
        aria-label={language.say('open')}
        onClick={onOpen}
      >
        <Icon name="chat" />
      </button>
    </div>
  );
}
