import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { plainBatch, plainEvent } from '../../server/doors/pusher-api/plain-events.ts';
import { batchRequest, decodeBody, type EventRequest, eventRequest } from '../../server/doors/pusher-api/wire.ts';

/** What is published by it, however its texts are written. */
function meaningOf({ name, nameJson, dataJson, channels, socketId, info }: EventRequest): object {
  return { name, sameName: JSON.parse(nameJson), data: JSON.parse(dataJson), channels, socketId, info };
}

/** What the rules make of it; null: nothing. */
function ruled(body: Buffer): object | null {
  try {
    return meaningOf(eventRequest(decodeBody(body), 'reverb'));
  } catch {
    return null;
  }
}

function ruledBatch(body: Buffer): object[] | null {
  try {
    return batchRequest(decodeBody(body), 'reverb').map(meaningOf);
  } catch {
    return null;
  }
}

/** JSON as different libraries write it. */
const WRITERS: ((value: unknown) => string)[] = [
  JSON.stringify,
  // PHP
  (value) => ascii(JSON.stringify(value)).replaceAll('/', '\\/'),
  // Python
  (value) => ascii(JSON.stringify(value, null, 1).replaceAll('\n', '').replaceAll(' ', '')).replaceAll(/(",)/g, '$1 '),
  (value) => JSON.stringify(value, null, 2),
];

function ascii(json: string): string {
  return json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ minLength: 1 }) },
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.constantFrom('orders', ' x', '\u00a0x', '"', '\\', '/x', '', '\n', 'é', '😀'),
);
/** Mostly in order: one channel or some, now and then both, and little else. */
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: text, channel: text, data: text }) },
  {
    weight: 4,
    arbitrary: fc.record({ name: text, data: text, channels: fc.array(text, { minLength: 1 }), socket_id: text }),
  },
  fc.record(
    { name: text, channel: text, channels: fc.array(text), data: text, socket_id: text, info: text },
    { requiredKeys: [] },
  ),
);
const writer = fc.constantFrom(...WRITERS);

t.test('what is plainly written means what the rules make of it', async (t) => {
  let plain = 0;
  fc.assert(
    fc.property(event, writer, (value, write) => {
      const body = Buffer.from(write(value));
      const read = plainEvent(body);
      if (read === null) return true;
      plain += 1;
      const isAscii = body.every((byte) => byte < 0x80);
      const { nameJson, dataJson, channels } = read;
      const isKept = !isAscii || /^[\0-\x7f]*$/.test([nameJson, dataJson, ...channels].join());
      return isDeepStrictEqual(meaningOf(read), ruled(body)) && read.isAscii === isAscii && isKept;
    }),
    { numRuns: 3000 },
  );
  t.ok(plain > 300, `${plain} of 3000 were`);
});

t.test('so does what is in a batch', async (t) => {
  let plain = 0;
  const item = fc.record(
    { name: text, channel: text, data: text, socket_id: text },
    { requiredKeys: ['name', 'data'] },
  );
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 2 }), writer, (batch, write) => {
      const body = Buffer.from(write({ batch }));
      const read = plainBatch(body);
      if (read === null) return true;
      plain += 1;
      return isDeepStrictEqual(read.map(meaningOf), ruledBatch(body));
    }),
    { numRuns: 2000 },
  );
  t.ok(plain > 100, `${plain} of 2000 were`);
});

t.test('bytes that went wrong are no events', async (t) => {
  const bodies = [
    '{"name":"a","channel":"orders","data":"{\\"x\\":\\"\\u00e9\\/\\\\\\"}","socket_id":"1.2"}',
    '{"name": "a", "channels": ["orders", "b"], "data": "é"}',
  ].map((body) => Buffer.from(body));
  const position = fc.nat({ max: 100 });
  const edit = fc.tuple(position, position, fc.uint8Array({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.constantFrom(...bodies), edit, (body, [at, gone, put]) => {
      const edited = Buffer.concat([body.subarray(0, at), put, body.subarray(at + (gone % 4))]);
      const read = plainEvent(edited);
      return read === null || isDeepStrictEqual(meaningOf(read), ruled(edited));
    }),
    { numRuns: 20_000 },
  );
  t.pass('whatever is read of them the rules read too');
});

t.test('written otherwise, it is for the rules', async (t) => {
  const tail = '"name":"a","channel":"b","data":"c"}';
  const others = [
    '',
    '{}',
    '[]',
    '{"name":"a","channel":"b"}',
    `{"info":"user_count",${tail}`,
    `{"later":"x",${tail}`,
    `{"socket_id":null,${tail}`,
    `{"name":"x",${tail}`,
    `{"channel":"x",${tail}`,
    `{"channels":["x"],${tail}`,
    `{"channels":[],"name":"a","data":"c"}`,
    `{"channels":{"0":"b"},"name":"a","data":"c"}`,
    `{"name":"a","channel":"b","data":{"x":1}}`,
    `{"name":" a","channel":"b","data":"c"}`,
    `{"name":"\\u0020","channel":"b","data":"c"}`,
    `{"name":"","channel":"b","data":"c"}`,
    `{"name":"a","channel":"b","data":"\t"}`,
    `{"name":"a","channel":"\\u00e9","data":"c"}`,
    `{"name":"a","channels":["b","\\u00e9"],"data":"c"}`,
    `{${tail},`,
    `{${tail} x`,
    `{${tail.slice(0, -1)},}`,
    `\ufeff{${tail}`,
  ];
  for (const each of others) {
    t.equal(plainEvent(Buffer.from(each)), null, each);
    t.equal(plainBatch(Buffer.from(`{"batch":[${each}]}`)), null);
  }
  for (const each of ['{"batch":[]}', '{"batch":{}}', `{"batch":[{${tail}],"later":1}`, `{"batch":[{${tail}]} x`]) {
    t.equal(plainBatch(Buffer.from(each)), null, each);
  }
  t.equal(plainBatch(Buffer.from(`{"batch":[{"channels":["b"],"name":"a","data":"c"}]}`)), null);
});
