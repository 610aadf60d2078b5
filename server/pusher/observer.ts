import type { Frame } from './frames.ts';
import type { Hub } from './hub.ts';
import type { Session } from './session.ts';

/** What a console, a counter or a test may watch. Called synchronously: an observer must not throw nor take its time. */
export interface Observer {
  opened?(session: Session): void;
  received?(session: Session, text: string): void;
  handled?(session: Session): void;
  refused?(session: Session, error: Error): void;
  /** `receivers`: this node's sockets it was sent to. */
  published?(hub: Hub, channel: string, frame: Frame, receivers: number): void;
  pinged?(session: Session): void;
  pruned?(session: Session): void;
  /** It is being closed because it leaves too much unread. */
  overflowed?(session: Session): void;
  closed?(session: Session): void;
}

/** Several that watch as one. */
export function watching(observers: readonly Observer[]): Observer {
  return {
    opened: (session) => {
      for (const observer of observers) observer.opened?.(session);
    },
    received: (session, text) => {
      for (const observer of observers) observer.received?.(session, text);
    },
    handled: (session) => {
      for (const observer of observers) observer.handled?.(session);
    },
    refused: (session, error) => {
      for (const observer of observers) observer.refused?.(session, error);
    },
    published: (hub, channel, frame, receivers) => {
      for (const observer of observers) observer.published?.(hub, channel, frame, receivers);
    },
    pinged: (session) => {
      for (const observer of observers) observer.pinged?.(session);
    },
    pruned: (session) => {
      for (const observer of observers) observer.pruned?.(session);
    },
    overflowed: (session) => {
      for (const observer of observers) observer.overflowed?.(session);
    },
    closed: (session) => {
      for (const observer of observers) observer.closed?.(session);
    },
  };
}
