// Many who listen, in a process that can be stopped: crowd.mjs PORT KEY COUNT
import { connect } from 'node:net';

const [port, key, count] = process.argv.slice(2);
const HANDSHAKE = [
  `GET /app/${key} HTTP/1.1`,
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');
const text = Buffer.from('{"event":"pusher:subscribe","data":{"channel":"feed"}}');
/** Masked with zeros. */
const SUBSCRIBE = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);

let here = 0;
for (let n = 0; n < Number(count); n++) {
  const tcp = connect(Number(port), '127.0.0.1', () => tcp.write(HANDSHAKE));
  let heard = '';
  let hasAsked = false;
  const listen = (chunk) => {
    heard += chunk.toString('latin1');
    if (!hasAsked && heard.includes('connection_established')) {
      hasAsked = true;
      tcp.write(SUBSCRIBE);
    }
    if (!heard.includes('subscription_succeeded')) return;
    tcp.off('data', listen).resume();
    if (++here === Number(count)) console.log('all are here');
  };
  tcp.on('data', listen);
  tcp.on('error', () => {});
}
