import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { App } from './pusher/app.ts';
import { Signer } from './pusher/signature.ts';

const VALID_SECONDS = 60;
const DEADLINE_MS = 10_000;

/** Where a node on this machine listens. */
export interface NodeAddress {
  host: string;
  port: number;
  /** In front of every path. */
  path: string;
  tls: { certFile: string } | null;
}

/**
 * Whoever may read the server's settings may restart it: the order is signed with a key made of all apps' secrets, so
 * that the owner of one app among several cannot give it.
 */
export class RestartSignal {
  readonly #signer: Signer;

  constructor(apps: readonly App[]) {
    const secrets = createHash('sha256').update(JSON.stringify(apps.map((app) => app.secret)));
    this.#signer = new Signer('restart', secrets.digest('hex'));
  }

  /** The Authorization header of an order given now. */
  give(nowSeconds: number): string {
    return `${nowSeconds} ${this.#signer.auth(`restart ${nowSeconds}`)}`;
  }

  isValid(authorization: string | undefined, nowSeconds: number): boolean {
    const [given = '', auth = ''] = (authorization ?? '').split(' ');
    return Math.abs(nowSeconds - Number(given)) <= VALID_SECONDS && this.#signer.authorises(`restart ${given}`, auth);
  }

  /** Gives the order to a node, which passes it on to the others. @throws Error when it is not taken */
  async send({ host, port, path, tls }: NodeAddress): Promise<void> {
    const asked = {
      // What listens everywhere listens here.
      host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host,
      port,
      path: `${path}/restart`,
      method: 'POST',
      headers: { authorization: this.give(Math.floor(Date.now() / 1000)) },
      agent: false,
      signal: AbortSignal.timeout(DEADLINE_MS),
    };
    const where = `${asked.host}:${port}`;
    const request = tls ? overHttps({ ...asked, ...trustOnly(tls.certFile) }) : overHttp(asked);
    request.end();
    const [response] = (await once(request, 'response').catch((error: Error) => {
      throw new Error(`No server answers on ${where}: ${error.message}`);
    })) as [IncomingMessage];
    response.resume();
    if (response.statusCode === 200) return;
    const why = response.statusCode === 401 ? 'it has other apps or secrets' : `HTTP ${response.statusCode}`;
    throw new Error(`The server on ${where} refused to restart: ${why}.`);
  }
}

/** The certificate is for the name that the world uses, which is not the one we ask by; so it must be the very same. */
function trustOnly(certFile: string) {
  return { ca: readFileSync(certFile), allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}
