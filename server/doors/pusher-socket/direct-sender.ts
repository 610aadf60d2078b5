import { writeSync } from 'node:fs';
import { NO_DESCRIPTOR, type Sender, type Waiting } from './outgoing.ts';

/**
 * Writes to the sockets' descriptors from JavaScript. Node has no other call for it than the one for files, which is the
 * same to the system: a socket takes what it has room for, or nothing. It spares half of what a write to a stream costs.
 */
export const directSender: Sender = {
  way: 'write',
  send(waiting) {
    const left: Waiting[] = [];
    for (const connection of waiting) {
      const { owed } = connection;
      if (owed === null) continue; // written meanwhile
      const { descriptor } = connection;
      if (descriptor === NO_DESCRIPTOR) {
        left.push(connection);
        continue;
      }
      connection.owed = null;
      const bytes = owed.bytes();
      const sent = write(descriptor, bytes);
      if (sent < bytes.length) connection.write(bytes.subarray(sent));
    }
    return left;
  },
};

/** @returns how many bytes the system took. What is wrong with a socket its stream finds out. */
function write(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes, 0, bytes.length, null);
  } catch {
    return 0;
  }
}
