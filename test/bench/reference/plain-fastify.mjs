// The plain stack that connections are measured against: Fastify with @fastify/websocket, used as its README shows it.
import websocket from '@fastify/websocket';
import fastify from 'fastify';

const channels = new Map();
const house = fastify();
await house.register(websocket);
house.get('/app/:key', { websocket: true }, (socket) => {
  let joined;
  socket.on('message', (message) => {
    const { event, data } = JSON.parse(message.toString());
    if (event !== 'pusher:subscribe') return;
    joined = channels.get(data.channel) ?? new Set();
    channels.set(data.channel, joined.add(socket));
    socket.send(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', data: '{}', channel: data.channel }));
  });
  socket.on('close', () => joined?.delete(socket));
  const hello = { socket_id: `${Math.floor(Math.random() * 1e9)}.1`, activity_timeout: 30 };
  socket.send(JSON.stringify({ event: 'pusher:connection_established', data: JSON.stringify(hello) }));
});
await house.listen({ host: '127.0.0.1', port: 0 });
console.log(`Listening on 127.0.0.1:${house.server.address().port}`);
