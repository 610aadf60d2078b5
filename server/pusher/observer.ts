import type { Session } from './session.ts';

/** What a console, a counter or a test may watch. Called synchronously: an observer must not throw nor take its time. */
export interface Observer {
  opened?(session: Session): void;
  received?(session: Session, text: string): void;
  handled?(session: Session): void;
  refused?(session: Session, error: Error): void;
  published?(channel: string, text: string): void;
  pinged?(session: Session): void;
  pruned?(session: Session): void;
  closed?(session: Session): void;
}
