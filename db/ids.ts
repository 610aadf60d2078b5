import { randomBytes, randomInt } from 'node:crypto';

/** A UUIDv7: random, but sorting by the time it was made, so that an index grows at its end. */
export function uuidv7(now: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes.readUInt8(6) & 0x0f);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What a room is called outside: 1 … 2^53-1, a number that JSON and JavaScript carry exactly and nobody guesses. */
export function randomPublicId(): number {
  // randomInt spans less than 2^48; 53 bits are put together from two draws.
  return randomInt(2 ** 26) * 2 ** 27 + randomInt(2 ** 27) || 1;
}
