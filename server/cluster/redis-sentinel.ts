import {
  createClient,
  type RedisClientOptions,
  type RedisFunctions,
  type RedisModules,
  type RedisScripts,
} from '@redis/client';
import type { TcpAddress } from './redis-address.ts';

export type ClientOptions = RedisClientOptions<RedisModules, RedisFunctions, RedisScripts, 2>;

/** The sentinels of a Redis, which know which of several is the master at the moment. */
export interface Sentinel {
  readonly addresses: readonly TcpAddress[];
  readonly master: string;
  readonly username: string | null;
  readonly password: string | null;
}

/** One that does not answer must leave time for the others. */
const ANSWER_MS = 1000;

/** The first that knows it is asked. `optionsFor` says how to connect. @throws Error when none knows */
export async function masterOf(
  { addresses, master }: Sentinel,
  optionsFor: (address: TcpAddress) => ClientOptions,
): Promise<TcpAddress> {
  let trouble = new Error('no sentinel is named');
  for (const address of addresses) {
    try {
      return await ask(optionsFor(address), master);
    } catch (error) {
      trouble = error as Error;
    }
  }
  throw new Error(`No sentinel knows where the master is: ${trouble.message}`);
}

async function ask(options: ClientOptions, master: string): Promise<TcpAddress> {
  const client = createClient(options);
  let deadline: NodeJS.Timeout | undefined;
  const failure = new Promise<never>((_, reject) => {
    client.on('error', reject);
    deadline = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    const asked = client.connect().then(() => client.sendCommand(['SENTINEL', 'get-master-addr-by-name', master]));
    asked.catch(() => {}); // When it fails after the deadline, nobody listens any more.
    const answer = await Promise.race([asked, failure]);
    if (!Array.isArray(answer)) throw new Error(`there is no master called ${master}`);
    return { host: String(answer[0]), port: Number(answer[1]) };
  } finally {
    clearTimeout(deadline);
    client.destroy();
  }
}
