import { isObject } from '../../pusher/incoming.ts';
import type { Dialect } from './dialect.ts';
import { ApiRefusal } from './refusals.ts';

/** `POST /apps/:id/events` */
export interface EventRequest {
  name: string;
  /** JSON strings, which are passed on as they are. */
  nameJson: string;
  dataJson: string;
  /** Known to be ASCII, all of it. */
  isAscii: boolean;
  channels: string[];
  socketId: string | undefined;
  info: string[] | null;
}

type Fields = Record<string, unknown>;
type Problems = Map<string, string>;

/** @throws ApiRefusal 400 when the body is not a JSON object */
export function decodeBody(body: Buffer): Fields {
  let decoded: unknown;
  try {
    decoded = JSON.parse(body.toString());
  } catch (error) {
    throw new ApiRefusal(400, `Bad request: the body is not JSON (${(error as Error).message}).`);
  }
  if (!isObject(decoded)) throw new ApiRefusal(400, 'Bad request: the body is not a JSON object.');
  return decoded;
}

/** @throws ApiRefusal 422 with Laravel's messages by field [P-19] */
export function eventRequest(body: Fields, dialect: Dialect): EventRequest {
  const fields = fieldsIn(body, dialect);
  const problems: Problems = new Map();
  mustBeText(problems, 'name', fields.name);
  mustBeText(problems, 'data', fields.data);
  checkChannels(problems, fields);
  mustBeTextIfThere(problems, 'socket_id', fields, 'socket_id');
  mustBeTextIfThere(problems, 'info', fields, 'info');
  refuseIf(problems);
  const channels = isMissing(fields.channels) ? [fields.channel] : Object.values(fields.channels as object);
  return eventOf(fields, channels as string[]);
}

/** `POST /apps/:id/batch_events`. @throws ApiRefusal 422; problems stand in the order of the rules, then of the events */
export function batchRequest({ batch }: Fields, dialect: Dialect): EventRequest[] {
  const problems: Problems = new Map();
  if (isMissing(batch)) problems.set('batch', 'The batch field is required.');
  else if (!isList(batch)) problems.set('batch', 'The batch field must be an array.');
  refuseIf(problems);
  const items = Object.values(batch as object).map((item: unknown) => (isObject(item) ? fieldsIn(item, dialect) : {}));
  const checkAll = (check: (item: Fields, prefix: string) => void) => {
    for (const [index, item] of items.entries()) check(item, `batch.${index}.`);
  };
  checkAll((item, prefix) => mustBeText(problems, `${prefix}name`, item.name));
  checkAll((item, prefix) => mustBeText(problems, `${prefix}data`, item.data));
  checkAll((item, prefix) => {
    if (isMissing(item.channel)) problems.set(`${prefix}channel`, requiredWithout(`${prefix}channel`, 'channels'));
    else if (typeof item.channel !== 'string') problems.set(`${prefix}channel`, notText(`${prefix}channel`));
  });
  checkAll((item, prefix) => mustBeTextIfThere(problems, `${prefix}socket_id`, item, 'socket_id'));
  checkAll((item, prefix) => mustBeTextIfThere(problems, `${prefix}info`, item, 'info'));
  refuseIf(problems);
  return items.map((item) => eventOf(item, [item.channel as string]));
}

export function infoList(info: string | null | undefined): string[] {
  return info ? info.split(',') : [];
}

/** Pusher's libraries hand on what their caller wrote, and who excludes nobody often writes `socket_id: null`. [P-20] */
function fieldsIn(body: Fields, dialect: Dialect): Fields {
  if (dialect === 'reverb' || !Object.values(body).includes(null)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function eventOf({ name, data, socket_id: socketId, info }: Fields, channels: string[]): EventRequest {
  return {
    name: name as string,
    nameJson: JSON.stringify(name),
    dataJson: JSON.stringify(data),
    isAscii: false,
    channels,
    socketId: socketId as string | undefined,
    info: info === undefined ? null : infoList(info as string),
  };
}

function checkChannels(problems: Problems, { channels, channel }: Fields): void {
  if (isMissing(channels)) {
    if (isMissing(channel)) {
      problems.set('channels', requiredWithout('channels', 'channel'));
      problems.set('channel', requiredWithout('channel', 'channels'));
    } else if (typeof channel !== 'string') {
      problems.set('channel', notText('channel'));
    }
  } else if (!isList(channels)) {
    problems.set('channels', 'The channels field must be an array.');
  } else if (!Object.values(channels).every((each) => typeof each === 'string')) {
    problems.set('channels', 'The channels field must only hold strings.');
  }
}

function mustBeText(problems: Problems, field: string, value: unknown): void {
  if (isMissing(value)) problems.set(field, `The ${spoken(field)} field is required.`);
  else if (typeof value !== 'string') problems.set(field, notText(field));
}

function mustBeTextIfThere(problems: Problems, field: string, fields: Fields, key: string): void {
  if (fields[key] !== undefined && typeof fields[key] !== 'string') problems.set(field, notText(field));
}

function notText(field: string): string {
  return `The ${spoken(field)} field must be a string.`;
}

function requiredWithout(field: string, other: string): string {
  return `The ${spoken(field)} field is required when ${other} is not present.`;
}

/** Laravel writes `socket_id` as words. */
function spoken(field: string): string {
  return field.replaceAll('_', ' ');
}

/** What Laravel's `required` calls missing: null, blank text, an empty list. */
function isMissing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return isList(value) && Object.keys(value).length === 0;
}

/** PHP has one kind of array for both. */
function isList(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refuseIf(problems: Problems): void {
  if (problems.size === 0) return;
  throw new ApiRefusal(422, Object.fromEntries(Array.from(problems, ([field, problem]) => [field, [problem]])));
}
