import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { folderFor } from '../kit/desk.ts';

/** A file system so small that a test can fill it. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Null where this process may not mount one. */
  static of(t: Test, megabytes: number): SmallDisk | null {
    const folder = folderFor(t);
    const mount = ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder];
    if (spawnSync('mount', mount).status !== 0) return null;
    t.teardown(() => spawnSync('umount', ['--lazy', folder]));
    return new SmallDisk(folder);
  }

  fill(): void {
    for (let bytes = 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 2)) {
      for (let n = 0; ; n++) {
        try {
          writeFileSync(join(this.folder, `ballast-${bytes}-${n}`), Buffer.alloc(bytes));
        } catch {
          break; // No more of this size goes in.
        }
      }
    }
  }

  empty(): void {
    for (const name of readdirSync(this.folder)) {
      if (name.startsWith('ballast-')) rmSync(join(this.folder, name));
    }
  }
}

const LIBRARIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'];

/** A clock on the wall of other processes that a test can turn; what counts time only forward stays right. */
export class WallClock {
  readonly env: Record<string, string>;
  readonly #file: string;

  private constructor(library: string, file: string) {
    this.#file = file;
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
    };
  }

  /** Null where libfaketime is not installed. */
  static of(t: Test): WallClock | null {
    const library = LIBRARIES.map((folder) => join(folder, 'faketime', 'libfaketime.so.1')).find(existsSync);
    if (!library) return null;
    const clock = new WallClock(library, join(folderFor(t), 'clock'));
    clock.turn(0);
    return clock;
  }

  turn(hours: number): void {
    writeFileSync(this.#file, `${hours < 0 ? '' : '+'}${hours}h\n`);
  }
}
