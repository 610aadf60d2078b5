import { isValidChannelName, isValidEventName } from '../../pusher/channel-name.ts';
import type { Hub } from '../../pusher/hub.ts';
import { type Dialect, infoIn } from './dialect.ts';
import { plainBatch, plainEvent } from './plain-events.ts';
import { ApiRefusal } from './refusals.ts';
import { batchRequest, decodeBody, type EventRequest, eventRequest } from './wire.ts';

const MAX_CHANNELS = 100;
const MAX_BATCH = 10;

/** @returns what is answered, as JSON; @throws ApiRefusal */
export type Publish = (hub: Hub, body: Buffer, rules: PublishRules) => string;

export interface PublishRules {
  maxEventBytes: number;
  dialect: Dialect;
  /** Whose budget it is taken from, where the app gives one. [P-22] */
  address(): string;
}

/** `POST /apps/:id/events` → `{}`, or with `info` `{"channels":{"orders":{"subscription_count":2}}}` [P-19] */
export const publishEvent: Publish = (hub, body, { maxEventBytes, dialect, address }) => {
  const event = plainEvent(body) ?? eventRequest(decodeBody(body), dialect);
  mustBeAllowed(hub, event, maxEventBytes);
  mustNotBeTooMany(hub, 1, address);
  send(hub, event);
  const { info, channels } = event;
  if (info === null) return '{}';
  return JSON.stringify({
    channels: Object.fromEntries(channels.map((name) => [name, infoIn(dialect, hub, name, info)])),
  });
};

/** `POST /apps/:id/batch_events` → `{"batch":{}}` (Pusher's libraries: `{}`), or `{"batch":[{"subscription_count":2},{}]}` if any asked for info */
export const publishBatch: Publish = (hub, body, { maxEventBytes, dialect, address }) => {
  const events = plainBatch(body) ?? batchRequest(decodeBody(body), dialect);
  if (events.length > MAX_BATCH) {
    throw new ApiRefusal(400, `Bad request: Batch too large (${events.length} events, at most ${MAX_BATCH}).`);
  }
  for (const event of events) mustBeAllowed(hub, event, maxEventBytes);
  mustNotBeTooMany(hub, events.length, address);
  for (const event of events) send(hub, event);
  if (events.every(({ info }) => info === null)) return dialect === 'pusher' ? '{}' : '{"batch":{}}';
  return JSON.stringify({
    batch: events.map(({ channels, info }) => (info ? infoIn(dialect, hub, channels[0] as string, info) : {})),
  });
};

function send(hub: Hub, { nameJson, dataJson, isAscii, channels, socketId }: EventRequest): void {
  hub.publish(channels, { from: 'server', eventJson: nameJson, dataJson, isAscii }, socketId);
}

function mustNotBeTooMany(hub: Hub, events: number, address: () => string): void {
  if (!hub.publishing.isLimited) return;
  const retryAfterSeconds = hub.publishing.take(address(), hub.now(), events);
  if (retryAfterSeconds > 0) throw new ApiRefusal(429, 'Too many events.', retryAfterSeconds);
}

function mustBeAllowed(hub: Hub, { name, dataJson, channels }: EventRequest, maxEventBytes: number): void {
  if (channels.length > MAX_CHANNELS) {
    throw new ApiRefusal(
      400,
      `Bad request: an event goes to at most ${MAX_CHANNELS} channels, not ${channels.length}.`,
    );
  }
  // Counted only where it may matter: UTF-8 takes at most three bytes for each unit of a string, and no escape makes it longer.
  const bytes = dataJson.length * 3 > maxEventBytes ? Buffer.byteLength(JSON.parse(dataJson)) : 0;
  if (bytes > maxEventBytes) {
    throw new ApiRefusal(
      413,
      `Payload too large. The data content of this event takes ${bytes} bytes, at most ${maxEventBytes} are allowed.`,
    );
  }
  if (!hub.app.strictNames) return;
  if (!isValidEventName(name)) throw new ApiRefusal(400, 'Bad request: an event name takes at most 200 characters.');
  const invalid = channels.find((channel) => !isValidChannelName(channel));
  if (invalid !== undefined) {
    throw new ApiRefusal(400, `Bad request: ${JSON.stringify(invalid)} is not a valid channel name.`);
  }
}
