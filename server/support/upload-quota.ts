import { Refusal } from '../refusal.ts';

export interface QuotaSettings {
  filesPerMinute: number;
  bytesPerDay: number;
}

export const ordinaryQuota: QuotaSettings = { filesPerMinute: 20, bytesPerDay: 200 * 1024 * 1024 };

interface Used {
  /** When the files of the last minute began. */
  begun: number[];
  day: number;
  bytes: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;
const uploadersAtMost = 50_000;

/** How much each uploader may send; kept in memory, per process: it stops a flood, it is no accounting. */
export class UploadQuota {
  readonly #used = new Map<string, Used>();
  readonly #settings: QuotaSettings;
  readonly #now: () => number;

  constructor(settings: QuotaSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** @throws Refusal `too-many` */
  begin(uploader: string): void {
    const now = this.#now();
    const used = this.#of(uploader, now);
    used.begun = used.begun.filter((at) => at > now - minute);
    const [first] = used.begun;
    if (used.begun.length >= this.#settings.filesPerMinute) throw tooMany((first ?? now) + minute - now);
    if (used.bytes >= this.#settings.bytesPerDay) throw tooMany(used.day + day - now);
    used.begun.push(now);
  }

  /** Counts what came, also of an upload that failed. */
  count(uploader: string, bytes: number): void {
    this.#of(uploader, this.#now()).bytes += bytes;
  }

  #of(uploader: string, now: number): Used {
    const today = now - (now % day);
    const known = this.#used.get(uploader);
    const used = known?.day === today ? known : { begun: known?.begun ?? [], day: today, bytes: 0 };
    this.#used.delete(uploader);
    this.#used.set(uploader, used);
    if (this.#used.size > uploadersAtMost) {
      const oldest = this.#used.keys().next();
      if (!oldest.done) this.#used.delete(oldest.value);
    }
    return used;
  }
}

function tooMany(milliseconds: number): Refusal {
  return new Refusal('too-many', 'Too Many Attempts.', {
    retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)),
  });
}
