import { redisCluster } from '../../server/cluster/redis.ts';
import { KeptLog, Witness } from './witness.ts';

interface Task {
  port: number;
  prefix: string;
  nodeId: string;
  heartbeatMs: number;
  goneAfterMs: number;
  share: string[];
}

/** Prints what the node learns, a line each, until the process is killed. */
async function live({ port, prefix, nodeId, share, ...settings }: Task): Promise<never> {
  const address = { url: null, host: '127.0.0.1', port, username: null, password: null, database: 0 };
  const config = { prefix, timeoutSeconds: 60, ...address };
  const witness = new Witness(redisCluster(config, nodeId, new KeptLog(), settings));
  for (const key of share) witness.cluster.share(key, { of: nodeId });
  await witness.cluster.start();
  for (;;) {
    for (const note of witness.take()) console.log(note);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const [task] = process.argv.slice(2);
if (task) await live(JSON.parse(task));
