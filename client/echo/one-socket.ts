interface Attempt {
  abort(): void;
  forceMinPriority(priority: number): void;
}

type Outcome = (error: unknown, handshake?: unknown) => void;

interface Strategy {
  isSupported(): boolean;
  connect(minPriority: number, callback: Outcome): Attempt;
}

interface SocketConfig {
  wsHost: string;
  wsPort: number;
  wssPort: number;
  wsPath: string;
}

type DefineTransport = (
  config: SocketConfig,
  name: 'ws' | 'wss',
  type: 'ws',
  priority: number,
  options: object,
) => Strategy;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const PATIENCE_MS = 15_000;

/**
 * How our pages connect, in place of pusher-js's own strategy, which gives an attempt that failed at once fifteen seconds all
 * the same: to one socket, tried again after half a second, one, two … ten, spread so that not everybody comes back at
 * once. Where sockets do not work the conversation polls.
 */
export default function oneSocket(
  config: SocketConfig,
  options: { useTLS: boolean },
  defineTransport: DefineTransport,
): Strategy {
  const socket = defineTransport(config, options.useTLS ? 'wss' : 'ws', 'ws', 1, {
    ...options,
    hostNonTLS: `${config.wsHost}:${config.wsPort}`,
    hostTLS: `${config.wsHost}:${config.wssPort}`,
    httpPath: config.wsPath,
  });
  return {
    isSupported: () => socket.isSupported(),
    connect(minPriority, callback) {
      let attempt: Attempt;
      let timer: ReturnType<typeof setTimeout>;
      let pauseMs = FIRST_PAUSE_MS;
      const again = () => {
        timer = setTimeout(begin, pauseMs * (0.75 + Math.random() / 2));
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      };
      const begin = () => {
        timer = setTimeout(() => {
          attempt.abort();
          again();
        }, PATIENCE_MS);
        attempt = socket.connect(minPriority, (_error, handshake) => {
          clearTimeout(timer);
          if (handshake) callback(null, handshake);
          else again();
        });
      };
      begin();
      return {
        abort() {
          clearTimeout(timer);
          attempt.abort();
        },
        forceMinPriority() {},
      };
    },
  };
}
