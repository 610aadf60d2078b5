// What the fan-out is measured against: a plain ws server that sends each published event to every socket in a loop.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const sockets = new Set();
const http = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { name, data, channel } = JSON.parse(Buffer.concat(chunks).toString());
    const text = JSON.stringify({ event: name, data, channel });
    for (const socket of sockets) socket.send(text);
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
});

const server = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });
server.on('connection', (socket) => {
  socket.on('message', (message) => {
    const { channel } = JSON.parse(message.toString()).data;
    sockets.add(socket);
    socket.send(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', data: '{}', channel }));
  });
  socket.on('close', () => sockets.delete(socket));
});

http.listen(0, '127.0.0.1', () => console.log(`Listening on 127.0.0.1:${http.address().port}`));
