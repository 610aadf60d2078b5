import { hash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { Signer } from '../../server/pusher/signature.ts';
import { APP, CHANNEL } from './measured-server.ts';

export const DIGITS = 8;
const TEXT_BYTES = 250;

const textOf = (data: string) => JSON.stringify({ event: 'bench', data, channel: CHANNEL });

function dataOf(number: number): string {
  const digits = String(number).padStart(DIGITS, '0');
  return digits.padEnd(TEXT_BYTES - textOf('').length, '.');
}

/** Length of an event's frame and where in it the number stands. */
export const FRAME_BYTES = 4 + TEXT_BYTES;
export const NUMBER_AT = 4 + textOf('').indexOf('"data":"') + '"data":"'.length;

/** Publishes numbered events through the signed HTTP API over kept connections. */
export class Publisher {
  readonly #signer = new Signer(APP.key, APP.secret);
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  publish(number: number): Promise<void> {
    const body = JSON.stringify({ name: 'bench', channel: CHANNEL, data: dataOf(number) });
    const path = `/apps/${APP.id}/events`;
    const query =
      `auth_key=${APP.key}&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0` +
      `&body_md5=${hash('md5', body, 'hex')}`;
    const signature = this.#signer.sign(`POST\n${path}\n${query}`);
    return new Promise((resolve, reject) => {
      const call = request({
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#port,
        method: 'POST',
        path: `${path}?${query}&auth_signature=${signature}`,
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      });
      call.on('error', reject);
      call.on('response', (response) => {
        response.resume();
        if (response.statusCode === 200) response.on('end', resolve);
        else reject(new Error(`publishing failed with ${response.statusCode}`));
      });
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
