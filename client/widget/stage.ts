import type { Message } from '../chat/message.ts';
import { type Store, storeOf } from '../chat/store.ts';

export interface WidgetEvents {
  open: undefined;
  close: undefined;
  /** How many messages the visitor has not read. */
  unread: number;
  message: { text: string; author: string };
  /** The token the page gave is no longer accepted. */
  unauthenticated: undefined;
}

export interface StageState {
  isOpen: boolean;
  /** The newest message from the team. */
  latest: Message | null;
}

export interface Stage {
  state: Store<StageState>;
  open(): void;
  close(): void;
  received(message: Message): void;
  emit<Name extends keyof WidgetEvents>(name: Name, detail: WidgetEvents[Name]): void;
  /** Whether the focus was in the panel when it closed. */
  hadFocus(): boolean;
}

/** Whether the widget is open, whoever opened it: the visitor, the page or its address. */
export function stageOf(
  emit: (name: keyof WidgetEvents, detail: unknown) => void,
  hasFocus: () => boolean,
  isOpen: boolean,
): Stage {
  const store = storeOf<StageState>({ isOpen, latest: null });
  let hadFocus = false;
  return {
    state: store,
    open() {
      if (store.get().isOpen) return;
      store.set({ isOpen: true });
      emit('open', undefined);
    },
    close() {
      if (!store.get().isOpen) return;
      hadFocus = hasFocus();
      store.set({ isOpen: false });
      emit('close', undefined);
    },
    received(message) {
      store.set({ latest: message });
      emit('message', { text: message.text, author: message.author.name });
    },
    emit,
    hadFocus: () => hadFocus,
  };
}
