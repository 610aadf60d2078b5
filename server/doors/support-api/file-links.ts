import { createHmac } from 'node:crypto';
import { equalInConstantTime } from '../../pusher/signature.ts';
import type { MessageFile } from '../../support/message.ts';
import { filesPath } from '../../support/outgoing.ts';

const DAY_SECONDS = 86_400;
const LIFETIME_DAYS = 7;

/**
 * Links that open one file for some days. Whoever may read a message gets them with it: an `<img>` shows no token. The
 * secret is derived from the app's, so that every node, and the same one after a restart, knows its links.
 */
export class FileLinks {
  readonly #secret: Buffer;

  constructor(appSecret: string) {
    this.#secret = createHmac('sha256', appSecret).update('links to chat attachments').digest();
  }

  /** The file as messages keep it, with links that open it; those of an app beside us stay as they are. */
  signed(file: MessageFile, now: number = Date.now()): MessageFile {
    const { thumbnail_url: thumbnail } = file;
    return {
      ...file,
      url: this.#signedUrl(file.url, now),
      ...(typeof thumbnail === 'string' ? { thumbnail_url: this.#signedUrl(thumbnail, now) } : {}),
    };
  }

  /** `path` is the file's place in the storage. */
  opens(path: string, expires: number, signature: string, now: number = Date.now()): boolean {
    return expires * 1000 > now && equalInConstantTime(this.#signature(path, expires), signature);
  }

  #signedUrl(url: string, now: number): string {
    if (!url.startsWith(filesPath)) return url;
    // The same link all day long: browsers keep pictures by their address.
    const expires = (Math.floor(now / 1000 / DAY_SECONDS) + 1 + LIFETIME_DAYS) * DAY_SECONDS;
    return `${url}?expires=${expires}&signature=${this.#signature(url.slice(filesPath.length), expires)}`;
  }

  #signature(path: string, expires: number): string {
    return createHmac('sha256', this.#secret).update(`${expires}:${path}`).digest('base64url');
  }
}
