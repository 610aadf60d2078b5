import { pino } from 'pino';
import type { Test } from 'tap';
import { type Config, configFrom, type Environment } from '../../server/config.ts';
import type { App } from '../../server/pusher/app.ts';
import { Signer } from '../../server/pusher/signature.ts';
import { buildServer } from '../../server/server.ts';

export interface RunningServer {
  config: Config;
  /** The first app. */
  app: App;
  signer: Signer;
  port: number;
  apiPort: number | null;
  /** Where it answers Prometheus. */
  metricsPort: number | null;
  /** `ws://127.0.0.1:…/app/<key>` with the path prefix and what pusher-js asks for. */
  socketUrl: string;
  httpUrl: string;
  /** What `--debug` printed. */
  printed: string[];
  /** The log's lines, of whatever LOG_LEVEL lets through. */
  logged: Record<string, unknown>[];
  /** What makes the desk's first admin; null when there is one. */
  setUpToken: string | null;
  stop(): Promise<void>;
}

export interface ServerChoices {
  /** Off: nothing is printed, as without `--debug`. */
  debug?: boolean;
}

/** A real server on a free port, stopped when the test ends. `env` is what a user would put into `.env`. */
export async function startServer(t: Test, env: Environment = {}, choices: ServerChoices = {}): Promise<RunningServer> {
  const config = configFrom({
    REVERB_APP_ID: '123456',
    REVERB_APP_KEY: 'reverb-key',
    REVERB_APP_SECRET: 'reverb-secret',
    REVERB_SERVER_HOST: '127.0.0.1',
    REVERB_SERVER_PORT: '0',
    ANTIPHON_DRAIN_SECONDS: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const printed: string[] = [];
  const logged: Record<string, unknown>[] = [];
  let setUpToken: string | null = null;
  const server = await buildServer(config, {
    log: pino({ level: config.logLevel }, { write: (line) => logged.push(JSON.parse(line)) }),
    debug: choices.debug === false ? null : (line) => printed.push(line),
    onRestart: () => {},
    onSetUp: (token) => {
      setUpToken = token;
    },
  });
  const { port, apiPort, metricsPort } = await server.listen();
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await server.close();
  };
  t.teardown(stop);
  const [app] = config.apps;
  if (!app) throw new Error('no app');
  const scheme = config.listen.tls ? 's' : '';
  const base = `127.0.0.1:${port}${config.listen.path}`;
  const httpUrl = `http${scheme}://${base}`;
  return asApp({ config, app, port, apiPort, metricsPort, httpUrl, printed, logged, setUpToken, stop }, app);
}

/** The same server as one of its other apps sees it. */
export function asApp(server: Omit<RunningServer, 'signer' | 'socketUrl'>, app: App): RunningServer {
  const url = server.httpUrl.replace(/^http/, 'ws');
  return {
    ...server,
    app,
    signer: new Signer(app.key, app.secret),
    socketUrl: `${url}/app/${app.key}?protocol=7&client=js&version=8.6.0&flash=false`,
  };
}

/** Writes an apps file and returns its path, for `REVERB_APPS_FILE`. */
export function appsFile(t: Test, apps: object[]): string {
  return `${t.testdir({ 'apps.json': JSON.stringify(apps) })}/apps.json`;
}
