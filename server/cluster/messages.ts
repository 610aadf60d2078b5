import type { Change } from './mirror.ts';

/*
 * What nodes send each other, JSON as text. `turn` counts a node's turns from 1, without gaps unless one tells of shared
 * entries that were not sent: whoever notices a gap asks for what the node holds.
 *
 *   to all  {"from":"n1","type":"hello","turn":57}   I came, or came back; turn 57 was my last. Everybody answers with a beat
 *   to all  {"from":"n1","type":"beat","turn":57}    I am here; turn 57 was my last
 *   to all  {"from":"n1","type":"turn","turn":58,"shares":[["key",value],…],"says":[["topic",payload],…]}
 *                                                    what a turn of the event loop brought: entries first; null: gone
 *   to all  {"from":"n1","type":"bye"}               I leave, and all I held is gone
 *   to one  {"from":"n1","type":"ask"}               tell me what you hold
 *   to one  {"from":"n1","type":"entries","turn":58,"part":0,"isLast":false,"entries":[["key",value],…]}
 *                                                    all I hold as of turn 58, in parts
 *   to one  {"from":"n1","type":"recall","says":[[topic,payload],…]}
 *                                                    what was said before you came and still counts
 */

export type Said = readonly [topic: string, payload: unknown];

export type Message = { from: string } & (
  | { type: 'hello' | 'beat'; turn: number }
  | { type: 'turn'; turn: number; shares: readonly Change[]; says: readonly Said[] }
  | { type: 'bye' | 'ask' }
  | { type: 'recall'; says: readonly Said[] }
  | { type: 'entries'; turn: number; part: number; isLast: boolean; entries: readonly Change[] }
);

/** How each message of a node begins, so that its own need not be parsed. */
export function beginningOf(node: string): string {
  return `{"from":${JSON.stringify(node)},"type":"`;
}

/** The one-line messages; `turn` where the type has one. */
export function plainMessage(from: string, type: 'hello' | 'beat' | 'bye' | 'ask', turn?: number): string {
  return `${beginningOf(from)}${type}"${turn === undefined ? '' : `,"turn":${turn}`}}`;
}

/** `shares` and `says` hold pairs that are JSON already. */
export function turnMessage(from: string, turn: number, shares: Iterable<string>, says: Iterable<string>): string {
  return `${beginningOf(from)}turn","turn":${turn},"shares":[${join(shares)}],"says":[${join(says)}]}`;
}

/** A snapshot in messages of about `maxLength`. `entries` holds values that are JSON already, by key. */
export function* entriesMessages(
  from: string,
  turn: number,
  entries: ReadonlyMap<string, string>,
  maxLength: number,
): Generator<string> {
  let part = 0;
  let pairs: string[] = [];
  let length = 0;
  const message = (isLast: boolean) =>
    `${beginningOf(from)}entries","turn":${turn},"part":${part++},"isLast":${isLast},"entries":[${join(pairs)}]}`;
  for (const [key, value] of entries) {
    if (length > maxLength) {
      yield message(false);
      pairs = [];
      length = 0;
    }
    const pair = pairText(key, value);
    pairs.push(pair);
    length += pair.length;
  }
  yield message(true);
}

/** What was said before, in messages of about `maxLength`. */
export function* recallMessages(from: string, said: Iterable<Said>, maxLength: number): Generator<string> {
  let pairs: string[] = [];
  let length = 0;
  const message = () => `${beginningOf(from)}recall","says":[${join(pairs)}]}`;
  for (const [topic, payload] of said) {
    const pair = pairText(topic, JSON.stringify(payload) ?? 'null');
    pairs.push(pair);
    length += pair.length;
    if (length <= maxLength) continue;
    yield message();
    pairs = [];
    length = 0;
  }
  if (pairs.length > 0) yield message();
}

/** `["name",value]`, of a value that is JSON already. */
export function pairText(name: string, valueJson: string): string {
  return `[${JSON.stringify(name)},${valueJson}]`;
}

/** Null when it is not one of ours, whatever else it may be. */
export function messageIn(text: string): Message | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isMessage(value) ? value : null;
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { from, type, turn, part, isLast, shares, says, entries } = value as Record<string, unknown>;
  if (typeof from !== 'string' || from === '') return false;
  switch (type) {
    case 'hello':
    case 'beat':
      return isCount(turn);
    case 'turn':
      return isCount(turn) && arePairs(shares) && arePairs(says);
    case 'recall':
      return arePairs(says);
    case 'entries':
      return isCount(turn) && isCount(part) && typeof isLast === 'boolean' && arePairs(entries);
    default:
      return type === 'bye' || type === 'ask';
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function arePairs(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && isText(pair[0]));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function join(texts: Iterable<string>): string {
  return Array.isArray(texts) ? texts.join(',') : [...texts].join(',');
}
