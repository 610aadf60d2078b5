import { storeOf } from '../../client/chat/store.ts';

/** The one message that was looked for. It is scrolled to when it becomes another. */
export const finding = storeOf<{ messageId: number | null }>({ messageId: null });
