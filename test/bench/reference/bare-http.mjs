// The least a publish can cost in Node: the body read, its MD5 and the HMAC of the request checked, nothing else done.
import { createHmac, createSecretKey, hash } from 'node:crypto';
import { createServer } from 'node:http';

const secret = createSecretKey(process.argv[2], 'utf8');

const http = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const [path, query] = request.url.split('?');
    const [signed, signature] = query.split('&auth_signature=');
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const isGood =
      signed.endsWith(hash('md5', body)) &&
      createHmac('sha256', secret).update(`POST\n${path}\n${signed}`).digest('hex') === signature;
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json', 'content-length': 2 });
    response.end('{}');
  });
});

// Longer than its next turn is away.
http.keepAliveTimeout = 75_000;
http.listen(0, '127.0.0.1', () => console.log(`Listening on 127.0.0.1:${http.address().port}`));
