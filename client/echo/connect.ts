import Echo from 'laravel-echo';
import Pusher from 'pusher-js';

export interface SocketAddress {
  key: string;
  /** Of the server: `https://chat.example.com`. */
  base: string;
  /** In front of `/app/<key>`. */
  path: string;
  authUrl: string;
  token: string | null;
}

export type EchoOptions = ConstructorParameters<typeof Echo<'reverb'>>[0];

export type RoomEcho = Echo<'reverb'>;

export function connectEcho({ key, base, path, authUrl, token }: SocketAddress, more?: Partial<EchoOptions>): RoomEcho {
  const { protocol, hostname, port } = new URL(base);
  const isSecure = protocol === 'https:';
  const portNumber = Number(port) || (isSecure ? 443 : 80);
  return new Echo({
    broadcaster: 'reverb',
    key,
    Pusher,
    wsHost: hostname,
    wsPort: portNumber,
    wssPort: portNumber,
    wsPath: path,
    forceTLS: isSecure,
    enabledTransports: ['ws', 'wss'],
    authEndpoint: authUrl,
    bearerToken: token,
    // The requests of the page we are a guest of are none of ours.
    withoutInterceptors: true,
    ...more,
  });
}
