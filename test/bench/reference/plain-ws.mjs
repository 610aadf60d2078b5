// A plain ws server: each published event is sent to every socket of its channel in a loop. Publishes are not verified.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const channels = new Map();

function publish({ name, data, channel }) {
  const text = JSON.stringify({ event: name, data, channel });
  for (const socket of channels.get(channel) ?? []) socket.send(text);
}

const http = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString());
    for (const event of body.batch ?? [body]) publish(event);
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
});

const server = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });
server.on('connection', (socket) => {
  const joined = new Map();
  socket.on('message', (message) => {
    const { channel, channel_data: member } = JSON.parse(message.toString()).data;
    if (!channels.has(channel)) channels.set(channel, new Set());
    if (member) publish({ name: 'pusher_internal:member_added', data: member, channel });
    channels.get(channel).add(socket);
    joined.set(channel, member);
    socket.send(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', data: '{}', channel }));
  });
  socket.on('close', () => {
    for (const [channel, member] of joined) {
      channels.get(channel).delete(socket);
      if (member) publish({ name: 'pusher_internal:member_removed', data: member, channel });
    }
  });
  const hello = { socket_id: `${Math.floor(Math.random() * 1e9)}.1`, activity_timeout: 30 };
  socket.send(JSON.stringify({ event: 'pusher:connection_established', data: JSON.stringify(hello) }));
});

// Longer than its next turn is away.
http.keepAliveTimeout = 75_000;
http.listen(0, '127.0.0.1', () => console.log(`Listening on 127.0.0.1:${http.address().port}`));
