import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConversationState } from '../chat/conversation.ts';
import type { Message } from '../chat/message.ts';
import { unreadBy } from '../chat/timeline.ts';
import type { VisitorState } from '../chat/visitor.ts';
import { useBrand } from './brand.ts';
import { type Surroundings, SurroundingsContext, useMaybeStore, useStore } from './context.ts';
import { Launcher, useTitleFlash } from './launcher.tsx';
import { Panel } from './panel.tsx';
import { usePhone } from './phone.ts';
import { unlockSound } from './sound.ts';
import type { Stage, StageState } from './stage.ts';

const all = (state: StageState) => state;
const conversationOf = (state: VisitorState) => state.conversation;
const unreadOf = ({ timeline, room, hasLoaded }: ConversationState) =>
  hasLoaded ? unreadBy(timeline, false) : room.unreadByUser;

/** The widget: a launcher, and the panel it opens. */
export function App({ stage, surroundings }: { stage: Stage; surroundings: Surroundings }) {
  const { settings, language, visitor } = surroundings;
  const { isOpen, latest } = useStore(stage.state, all);
  const conversation = useStore(visitor.state, conversationOf);
  const unread = useMaybeStore(conversation?.state, unreadOf, 0);
  const isPhone = usePhone();
  const root = useRef<HTMLDivElement>(null);
  const [wasOpened, setOpened] = useState(false);
  const [dismissed, setDismissed] = useState<Message | null>(null);
  useTitleFlash(unread, language.say('titleNew', { n: unread }));
  useEffect(() => {
    if (!isOpen) return;
    setOpened(true);
    setDismissed(latest);
    unlockSound();
  }, [isOpen, latest]);
  useEffect(() => stage.emit('unread', unread), [stage, unread]);

  useBrand(root, settings.color);
  const close = useCallback(() => stage.close(), [stage]);
  const toggle = () => {
    if (isOpen) stage.close();
    else stage.open();
  };
  return (
    <SurroundingsContext.Provider value={surroundings}>
      <div
        ref={root}
        className="antiphon"
        // Some browsers want a gesture in here: the first click was the loader's.
        onClickCapture={unlockSound}
        onKeyDownCapture={unlockSound}
        lang={language.locale}
        dir={settings.direction ?? (language.direction === 'rtl' ? 'rtl' : document.documentElement.dir || 'ltr')}
        data-theme={settings.theme ?? 'auto'}
        data-side={settings.side ?? 'end'}
        data-open={isOpen}
        data-phone={isPhone}
      >
        {isOpen && <Panel conversation={conversation} isPhone={isPhone} onClose={close} />}
        {!(isOpen && isPhone) && (
          <Launcher
            isOpen={isOpen}
            unread={unread}
            preview={latest !== dismissed && unread > 0 ? latest : null}
            onToggle={toggle}
            onDismiss={() => setDismissed(latest)}
            takesFocus={!isOpen && wasOpened && stage.hadFocus()}
          />
        )}
      </div>
    </SurroundingsContext.Provider>
  );
}
