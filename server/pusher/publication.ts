import * as frames from './frames.ts';
import type { MemberId } from './roster.ts';

/** What was published, before it is a frame: the same on every node. */
export type Publication = ServerPublication | ClientPublication;

/** Two JSON strings, which stand in its frames as they are. */
export interface ServerPublication {
  from: 'server';
  eventJson: string;
  dataJson: string;
  /** Known to be ASCII, as the names of all its channels are. */
  isAscii: boolean;
}

export interface ClientPublication {
  from: 'client';
  event: string;
  data: unknown;
  userId: MemberId | undefined;
}

export function serverPublication(event: string, data: string): ServerPublication {
  return { from: 'server', eventJson: JSON.stringify(event), dataJson: JSON.stringify(data), isAscii: false };
}

/** The values, as they were published. */
export function eventOf(publication: Publication): { event: string; data: unknown } {
  if (publication.from === 'client') return publication;
  return { event: JSON.parse(publication.eventJson), data: JSON.parse(publication.dataJson) };
}

/** As it may be kept: parts of a text keep all of it, and this one was cut out of a whole request. */
export function kept(publication: Publication): Publication {
  if (publication.from === 'client') return publication;
  const { eventJson, dataJson, isAscii } = publication;
  return { from: 'server', eventJson: copyOf(eventJson), dataJson: copyOf(dataJson), isAscii };
}

/** The same, holding on to nothing. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** Builds the frame for each channel, of which the name is JSON already; what the frames have in common is built once. */
export function framesOf(publication: Publication): (channelJson: string) => frames.Frame {
  if (publication.from === 'server') {
    return frames.serverEvent(publication.eventJson, publication.dataJson, publication.isAscii);
  }
  const { event, data, userId } = publication;
  return (channelJson) => frames.clientEvent(event, channelJson, data, userId);
}
