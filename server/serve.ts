import type { FastifyBaseLogger } from 'fastify';
import type { Config } from './config.ts';
import { buildServer } from './server.ts';
import { onSignals } from './signals.ts';
import type { Opened } from './workers/messages.ts';
import type { Place } from './workers/place.ts';

export interface Serving {
  log: FastifyBaseLogger;
  debug: ((line: string) => void) | null;
  /** Tells whoever started it. */
  say(line: string): void;
  /** Among the workers of one port; null: alone. */
  place: Place | null;
}

/** This process serves until it is told to stop, and then ends. */
export async function serve(config: Config, { log, debug, say, place }: Serving): Promise<Opened> {
  let setUpToken: string | null = null;
  const server = await buildServer(place ? asWorker(config, place) : config, {
    log,
    debug,
    place,
    onRestart: () => (place ? place.askForRelief() : stop('Restarting.')),
    onSetUp:
      place?.isFirst === false
        ? null
        : (token) => {
            setUpToken = token;
          },
  });

  let isStopping = false;
  async function stop(why: string): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    if (!place) say(`   INFO  ${why}`);
    try {
      await server.close();
      process.exit(0);
    } catch (error) {
      log.fatal({ err: error }, 'could not stop in order');
      process.exit(1);
    }
  }
  const stopGracefully = () => stop('Gracefully terminating connections.');
  onSignals(stopGracefully);
  if (place) {
    place.onStop = () => void stopGracefully();
    // Without Redis the exchange says so, in its order with the rest.
    if (config.redis) place.onGone = (nodeId) => server.declareGone(nodeId);
  }

  const opened = { ...(await server.listen()), nodeId: server.nodeId, sendsBy: server.sendsBy, setUpToken };
  place?.opened(opened);
  return opened;
}

/** What the workers cannot share: each has its own numbers to tell. */
function asWorker(config: Config, { seat }: Place): Config {
  const { metrics } = config;
  return metrics ? { ...config, metrics: { ...metrics, port: metrics.port && metrics.port + seat.number } } : config;
}
