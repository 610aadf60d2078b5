import { storeOf } from '../../client/chat/store.ts';

/** The one message that is being corrected. */
export const editing = storeOf<{ messageId: number | null }>({ messageId: null });
