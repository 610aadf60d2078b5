/** pusher-js sends one message at a time. */
const MAX_MESSAGES = 100;

/** The messages of a send, or what is wrong with it: `["{\"event\":\"pusher:ping\",\"data\":{}}"]`, `[]` */
export function messagesOf(body: unknown): string[] | { problem: string } {
  let messages: unknown;
  try {
    messages = JSON.parse(String(body));
  } catch {
    return { problem: 'The body is not JSON.' };
  }
  if (!Array.isArray(messages) || !messages.every((message) => typeof message === 'string')) {
    return { problem: 'The body is not an array of texts.' };
  }
  if (messages.length > MAX_MESSAGES) return { problem: `At most ${MAX_MESSAGES} messages at a time.` };
  return messages;
}

/** Of a body with one message of this size; in JSON within JSON, each character takes twice its bytes at the most. */
export function longestBody(maxMessageBytes: number): number {
  return maxMessageBytes === 0 ? Number.MAX_SAFE_INTEGER : 2 * maxMessageBytes + 4;
}
