import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { folderStorage, type Storage } from '../../server/support/storage.ts';
import { s3Storage, signed } from '../../server/support/storage-s3.ts';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { startDesk, visit } from '../kit/desk.ts';
import { houseOn, refused } from './house.ts';

function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-files-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const leftBehind = () => readdirSync(tmpdir()).filter((name) => name.startsWith('antiphon-upload-'));

async function bytesOf(stream: Readable | null): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } });

/** A PNG of a few kilobytes that says it is this large. */
function hugePng(width: number, height: number): Buffer {
  const crcOf = (bytes: Buffer) => {
    let crc = ~0;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crcOf(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(1024 * 1024));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

t.test('uploads', (t) =>
  onEachEngine(t, async (t, engine) => {
    const folder = folderFor(t);
    const quota = { filesPerMinute: 1000, bytesPerDay: 1e9 };
    const house = await houseOn(t, engine, { storage: folderStorage(folder), quota });
    const { desk, clock } = house;
    const [visitor, other, agent] = [await house.visitor(), await house.visitor(), await house.agent()];
    const ref = (await desk.rooms.current(visitor)).card.room.publicId;
    const store = (name: string, bytes: Buffer | Readable, caller = visitor) =>
      desk.attachments.store(caller, { name, bytes: Buffer.isBuffer(bytes) ? Readable.from([bytes]) : bytes });

    await t.test('a picture: its size, a thumbnail, and nothing of what the camera wrote', async (t) => {
      const photo = await picture(1200, 600)
        .jpeg()
        .withExif({ IFD0: { Copyright: 'HOME ADDRESS' } })
        .withMetadata({ orientation: 6 })
        .toBuffer();
      const { attachment, file } = await store('отпуск.jpg', photo);
      t.match(attachment, { mime: 'image/jpeg', width: 600, height: 1200, state: 'pending' }, 'upright');
      t.match(attachment.diskPath, /^\d{4}\/\d\d\/[0-9a-f]{32}\.jpg$/);
      t.match(file, { name: 'отпуск.jpg', type: 'image/jpeg', size: attachment.sizeBytes });
      t.equal(file.url, `/storage/chat-attachments/${attachment.diskPath}`);
      const delivery = await desk.attachments.open(visitor, attachment.diskPath);
      t.match(delivery, { contentType: 'image/jpeg', disposition: 'inline', name: 'отпуск.jpg' });
      const bytes = await bytesOf(delivery.stream);
      t.equal(createHash('sha256').update(bytes).digest('hex'), attachment.sha256);
      t.equal((await sharp(bytes).metadata()).exif, undefined);
      t.notMatch(bytes.toString('latin1'), 'HOME ADDRESS');
      const thumbnail = await desk.attachments.open(visitor, attachment.thumbnailPath ?? '');
      t.match(await sharp(await bytesOf(thumbnail.stream)).metadata(), { format: 'webp', width: 240, height: 480 });
      const part = await desk.attachments.open(visitor, attachment.diskPath, { start: 0, end: 1 });
      t.same(await bytesOf(part.stream), Buffer.from([0xff, 0xd8]));
    });

    await t.test('what it is called makes it nothing', async (t) => {
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
      for (const [name, bytes] of [
        ['script.png', Buffer.from('<script>alert(1)</script>')],
        ['page.html', Buffer.from('<!doctype html><script>alert(1)</script>')],
        ['drawing.svg', Buffer.from(svg)],
        ['drawing.xml', Buffer.from(`<?xml version="1.0"?>${svg}`)],
        ['run.sh', Buffer.from('#!/bin/sh\nrm -rf /')],
        ['broken.png', Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(500)])],
        ['setup.exe', Buffer.concat([Buffer.from('MZ'), randomBytes(500)])],
      ] as const) {
        const { attachment } = await store(name, bytes);
        t.match(attachment, { width: null, thumbnailPath: null }, name);
        t.match(attachment.diskPath, /\.bin$/, name);
        const { contentType, disposition, stream } = await desk.attachments.open(visitor, attachment.diskPath);
        t.same([contentType, disposition], ['application/octet-stream', 'attachment'], name);
        t.same(await bytesOf(stream), bytes, 'and it is what was sent');
      }
      const { attachment } = await store('not-what-it-says.exe', await picture(2, 2).png().toBuffer());
      t.match(attachment, { mime: 'image/png', width: 2 }, 'nor does a wrong name make a picture less');
    });

    await t.test('too much, too little, cut off: nothing is left behind', async (t) => {
      const before = filesIn(folder).length;
      const many = (bytes: number) =>
        Readable.from(
          (function* () {
            for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), 1);
          })(),
        );
      const large = await refused(t, 'too-large', store('11mb.bin', many(11 * 1024 * 1024)));
      t.equal(large.message, 'The file field must not be greater than 10240 kilobytes.');
      await refused(t, 'invalid', store('empty.txt', Readable.from([])));
      const bomb = hugePng(20_000, 20_000);
      t.ok(bomb.length < 10_000);
      const tooMany = await refused(t, 'invalid', store('bomb.png', bomb));
      t.match(tooMany.message, /million pixels/);
      const broken = new Readable({ read() {} });
      const storing = store('half.bin', broken);
      broken.push(Buffer.alloc(1000));
      broken.destroy(new Error('The connection was lost'));
      await t.rejects(storing, /connection was lost/);
      t.equal(filesIn(folder).length, before);
      t.same(leftBehind(), []);
      t.match(await store('exactly.bin', many(10 * 1024 * 1024)), { attachment: { sizeBytes: 10 * 1024 * 1024 } });
    });

    await t.test('a file is in one message, its uploader’s', async (t) => {
      const { attachment } = await store('a.png', await picture(3, 2).png().toBuffer());
      const { attachment: text } = await store('b.txt', Buffer.from('b'));
      const send = (caller: typeof visitor, attachmentIds: string[], to = ref) =>
        desk.messages.send(caller, to, { attachmentIds });
      await refused(t, 'invalid', send(agent, [attachment.id]));
      await refused(t, 'invalid', send(visitor, [attachment.id, 'none']));
      await refused(t, 'forbidden', desk.attachments.open(agent, attachment.diskPath));
      const { message } = await send(visitor, [attachment.id]);
      t.match(message, { text: '', type: 'image', attachments: [{ name: 'a.png', width: 3, height: 2 }] });
      t.ok(message.attachments?.[0]?.thumbnail_url);
      await refused(t, 'invalid', send(visitor, [attachment.id]));
      t.match(await send(visitor, [text.id]), { message: { type: 'file' } });

      for (const caller of [visitor, agent]) {
        t.match(await desk.attachments.open(caller, attachment.diskPath), { name: 'a.png' });
        t.equal((await desk.attachments.ofRoom(caller, ref)).length, 2);
      }
      await refused(t, 'forbidden', desk.attachments.open(other, attachment.diskPath));
      for (const path of ['', '../../etc/passwd', attachment.diskPath.replace('.png', '.exe'), '2026/01/none.png']) {
        await refused(t, 'not-found', desk.attachments.open(agent, path));
      }

      const meant = await desk.attachments.store(visitor, {
        name: 'c',
        bytes: Readable.from([Buffer.from('c')]),
        room: ref,
      });
      const elsewhere = (await desk.rooms.current(other)).card.room.publicId;
      await refused(t, 'forbidden', send(visitor, [meant.attachment.id], elsewhere));
      await refused(
        t,
        'forbidden',
        desk.attachments.store(other, { name: 'd', bytes: Readable.from(['d']), room: ref }),
      );
    });

    await t.test('the files of a note are a note', async (t) => {
      const { attachment } = await store('plan.txt', Buffer.from('plan'), agent);
      await desk.messages.send(agent, ref, { attachmentIds: [attachment.id], isPrivate: true });
      await refused(t, 'forbidden', desk.attachments.open(visitor, attachment.diskPath));
      t.match(await desk.attachments.open(agent, attachment.diskPath), { name: 'plan.txt' });
      const ids = (await desk.attachments.ofRoom(visitor, ref)).map((file) => file.id);
      t.notOk(ids.includes(attachment.id));
    });

    await t.test('what nobody sent, and what was deleted, is removed', async (t) => {
      const { attachment: sent } = await store('sent.txt', Buffer.from('sent'));
      const { attachment: deleted } = await store('deleted.txt', Buffer.from('deleted'));
      await desk.messages.send(visitor, ref, { attachmentIds: [sent.id] });
      const { message } = await desk.messages.send(visitor, ref, { attachmentIds: [deleted.id] });
      await desk.corrections.remove(visitor, ref, message.id);
      await refused(t, 'not-found', desk.attachments.open(visitor, deleted.diskPath));
      t.equal(await desk.attachments.removeAbandoned(), 1, 'the deleted one at once');
      clock.advance(25 * 60 * 60 * 1000);
      const { attachment: fresh } = await store('fresh.txt', Buffer.from('fresh'));
      t.ok((await desk.attachments.removeAbandoned()) > 5);
      t.equal(await desk.attachments.removeAbandoned(), 0);
      t.ok(await desk.attachments.open(visitor, sent.diskPath));
      t.ok(await desk.attachments.open(visitor, fresh.diskPath));
      await refused(t, 'not-found', desk.attachments.open(visitor, deleted.diskPath));

      const admin = await house.agent({ isAdmin: true });
      await desk.rooms.remove(admin, ref);
      await desk.attachments.removeAbandoned();
      t.same(
        filesIn(folder).map((entry) => entry.name),
        [fresh.diskPath.split('/').at(-1)],
        'only the fresh one is left',
      );
    });

    await t.test('twenty a minute', async (t) => {
      const strict = await houseOn(t, engine, { storage: folderStorage(folderFor(t)) });
      const person = await strict.visitor();
      const one = () => strict.desk.attachments.store(person, { name: 'x', bytes: Readable.from([Buffer.from('x')]) });
      for (let turn = 0; turn < 20; turn++) await one();
      const refusal = await refused(t, 'too-many', one());
      t.ok(Number(refusal.details.retryAfterSeconds) > 0);
      strict.clock.advance(61_000);
      await one();
    });
  }),
);

/** Something that speaks S3, and checks signatures as S3 does. */
async function bucketServer(t: Test, secretAccessKey: string) {
  const objects = new Map<string, { bytes: Buffer; type: string }>();
  const settings = { region: 'eu-central-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey };
  const server = createServer(async (request, response) => {
    const body = await bytesOf(request).catch(() => null);
    if (!body) return;
    const status = (code: number, content?: Buffer) => response.writeHead(code).end(content);
    if (!isSigned(request, body)) return status(403);
    const key = request.url ?? '';
    if (request.method === 'PUT') {
      if (Number(request.headers['content-length']) !== body.length) return status(411);
      objects.set(key, { bytes: body, type: request.headers['content-type'] ?? '' });
      return status(200);
    }
    const object = objects.get(key);
    if (!object) return status(404);
    if (request.method === 'DELETE') {
      objects.delete(key);
      return status(204);
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    return range
      ? status(206, object.bytes.subarray(Number(range[1]), Number(range[2]) + 1))
      : status(200, object.bytes);
  });

  function isSigned(request: IncomingMessage, body: Buffer): boolean {
    const at = String(request.headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
    const hash = createHash('sha256').update(body).digest('hex');
    const url = new URL(`http://${request.headers.host}${request.url}`);
    const right = signed(settings, request.method ?? '', url, hash, new Date(at));
    return request.headers.authorization === right.authorization && request.headers['x-amz-content-sha256'] === hash;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { objects, endpoint: `http://127.0.0.1:${port}` };
}

t.test('both storages keep, give, and remove', async (t) => {
  const { endpoint, objects } = await bucketServer(t, 'secret');
  const s3 = { endpoint, region: 'eu-central-1', bucket: 'desk', accessKeyId: 'AKIDEXAMPLE' };
  const storages: [string, Storage][] = [
    ['folder', folderStorage(folderFor(t))],
    ['S3', s3Storage({ ...s3, secretAccessKey: 'secret' })],
  ];
  const bytes = randomBytes(300_000);
  const about = {
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    mime: 'image/png',
  };
  for (const [name, storage] of storages) {
    const path = '2026/01/abc.png';
    t.equal(await storage.get(path), null, name);
    await storage.put(path, Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]), about);
    t.same(await bytesOf(await storage.get(path)), bytes);
    t.same(await bytesOf(await storage.get(path, { start: 10, end: 19 })), bytes.subarray(10, 20));
    await storage.remove(path);
    await storage.remove(path);
    t.equal(await storage.get(path), null);
    await t.rejects(storage.put('../x', Readable.from([bytes]), about));
    await t.rejects(storage.put('2026/01/cut.png', broken(), about));
    t.equal(await storage.get('2026/01/cut.png'), null, 'what was cut off is not there');
  }
  const stranger = s3Storage({ ...s3, secretAccessKey: 'guessed' });
  await t.rejects(stranger.put('2026/01/abc.png', Readable.from([bytes]), about), /did not keep a file: 403/);
  t.equal(objects.size, 0);
});

function broken(): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.alloc(10);
      throw new Error('cut off');
    })(),
  );
}

t.test('a file through the front door into the bucket, and out again', async (t) => {
  const { endpoint, objects } = await bucketServer(t, 'secret');
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'), {
    S3_ENDPOINT: endpoint,
    S3_REGION: 'eu-central-1',
    S3_BUCKET: 'desk',
    S3_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    S3_SECRET_ACCESS_KEY: 'secret',
  });
  const visitor = await visit(desk);
  const room = (await desk.ask('GET', '/api/chat/room', { as: visitor })).json.room.id;
  const picture = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#0f766e' } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set('message', 'ось');
  form.append('attachments[]', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'фото.png');
  const sent = await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: visitor, body: form });
  t.match(sent, { status: 201, json: { type: 'image', attachments: [{ name: 'фото.png', width: 900, height: 600 }] } });
  t.equal(objects.size, 2, 'the file and its thumbnail');
  const [file] = sent.json.attachments;
  const fetched = await fetch(desk.httpUrl + file.url);
  t.match(fetched.headers.get('content-type'), 'image/png');
  t.same(Buffer.from(await fetched.arrayBuffer()).length, file.size);
  t.equal((await fetch(desk.httpUrl + file.thumbnail_url)).status, 200);
  const part = await fetch(desk.httpUrl + file.url, { headers: { range: 'bytes=0-7' } });
  t.equal(part.status, 206);
  t.same([...new Uint8Array(await part.arrayBuffer())].slice(1, 4), [...Buffer.from('PNG')]);
});

t.test('the signature is the one Amazon documents', async (t) => {
  // "GET Bucket Lifecycle" of the examples in "Signature Calculations for the Authorization Header".
  const settings = {
    region: 'us-east-1',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const url = new URL('https://examplebucket.s3.amazonaws.com/?lifecycle');
  const empty = createHash('sha256').digest('hex');
  t.same(signed(settings, 'GET', url, empty, new Date(Date.UTC(2013, 4, 24))), {
    'x-amz-content-sha256': empty,
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date, ' +
      'Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  });
});
