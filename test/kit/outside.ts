import { configFrom, type Environment } from '../../server/config.ts';
import { asApp, type RunningServer } from './server.ts';

/** A server in a process of its own, as its clients see it: `env` is what it was started with. */
export function seenFromOutside(port: number, env: Environment): RunningServer {
  const config = configFrom(env);
  const [app] = config.apps;
  if (!app) throw new Error('no app');
  const httpUrl = `http://127.0.0.1:${port}${config.listen.path}`;
  const unseen = { apiPort: null, metricsPort: null, printed: [], logged: [], setUpToken: null, stop: async () => {} };
  return asApp({ config, app, port, httpUrl, ...unseen }, app);
}
