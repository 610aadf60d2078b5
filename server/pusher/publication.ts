import * as frames from './frames.ts';
import type { MemberId } from './roster.ts';

/** What was published, before it is a frame: the same on every node. */
export type Publication =
  | { from: 'server'; event: string; data: string }
  | { from: 'client'; event: string; data: unknown; userId: MemberId | undefined };

/** Builds the frame for each channel; what the frames have in common is encoded once. */
export function framesOf(publication: Publication): (channel: string) => frames.Frame {
  if (publication.from === 'server') return frames.serverEvent(publication.event, publication.data);
  const { event, data, userId } = publication;
  return (channel) => frames.clientEvent(event, channel, data, userId);
}
