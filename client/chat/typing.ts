/** How often others are told that somebody types, when that is over, and how long it is believed. */
export const TELL_EVERY_MS = 2000;
export const IDLE_MS = 3000;
export const BELIEVED_MS = 5000;

export interface Typing {
  /** `isPrivate`: in a note, of which only the team may know. */
  keyPressed(isPrivate?: boolean): void;
  /** Sent, left, or emptied. */
  stopped(): void;
}

/** Tells the server that this side types: at once, then at most every two seconds, and when it has stopped. */
export function typingOf(tell: (isTyping: boolean, isPrivate?: boolean) => void, now: () => number = Date.now): Typing {
  let toldAt = Number.NEGATIVE_INFINITY;
  let toldPrivate: boolean | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;
  const stopped = () => {
    clearTimeout(idle);
    if (toldAt === Number.NEGATIVE_INFINITY) return;
    toldAt = Number.NEGATIVE_INFINITY;
    tell(false);
  };
  return {
    keyPressed(isPrivate) {
      clearTimeout(idle);
      idle = setTimeout(stopped, IDLE_MS);
      if (toldPrivate === isPrivate && now() - toldAt < TELL_EVERY_MS) return;
      toldAt = now();
      toldPrivate = isPrivate;
      tell(true, isPrivate);
    },
    stopped,
  };
}

/** Who is typing on the other side. A word that nobody renews is forgotten. */
export function typistsOf(onChange: (names: readonly string[]) => void) {
  const typing = new Map<number, { name: string; timer: ReturnType<typeof setTimeout> }>();
  const forget = (userId: number) => {
    const known = typing.get(userId);
    if (!known) return;
    clearTimeout(known.timer);
    typing.delete(userId);
    changed();
  };
  const changed = () => onChange(Array.from(typing.values(), ({ name }) => name));
  return {
    heard(userId: number, name: string, isTyping: boolean) {
      if (!isTyping) return forget(userId);
      clearTimeout(typing.get(userId)?.timer);
      const isNew = typing.get(userId)?.name !== name;
      typing.set(userId, { name, timer: setTimeout(() => forget(userId), BELIEVED_MS) });
      if (isNew) changed();
    },
    /** A message from somebody ends their typing. */
    forget,
    stop() {
      for (const { timer } of typing.values()) clearTimeout(timer);
      typing.clear();
    },
  };
}
