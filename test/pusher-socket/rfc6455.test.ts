import t, { type Test } from 'tap';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  closeBody,
  connectRaw,
  handshake,
  openRaw,
  PING,
  PONG,
  type RawSocket,
  TEXT,
  wireFrame,
} from '../kit/raw-socket.ts';
import { appsFile, type RunningServer, startServer } from '../kit/server.ts';

// The cases of the Autobahn fuzzing client that apply: everything but compression. Subscribing is the echo, since the
// answer repeats the channel's name; and a ping answered at the end shows that nothing else came and the socket lives.

const ASK = '{"event":"pusher:ping","data":{}}';
const ANSWER = '{"event":"pusher:pong"}';
const MALFORMED = '{"event":"pusher:error","data":"{\\"code\\":4200,\\"message\\":\\"Invalid message format\\"}"}';

const subscribing = (channel: string) => `{"event":"pusher:subscribe","data":{"channel":"${channel}"}}`;
const subscribed = (channel: string) =>
  `{"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"${channel}"}`;
const nameFor = (length: number) => 'n'.repeat(length - subscribing('').length);

type Expected = string | readonly [opcode: number, payload: string | Uint8Array];

interface Case {
  name: string;
  sends: readonly (Uint8Array | string)[];
  /** Texts, or control frames with their payload. */
  answers?: readonly Expected[];
  /** The payload of the close frame that must follow; without it the socket must live on. */
  closes?: Buffer;
  chopped?: boolean;
}

/** Any reason: only its code is promised. */
const CODE_ONLY = (code: number) => closeBody(code);
const PROTOCOL_ERROR = CODE_ONLY(1002);

async function play(t: Test, server: RunningServer, { name, sends, answers = [], closes, chopped }: Case) {
  const socket = await openRaw(t, server);
  const bytes = Buffer.concat(sends.map((part) => Buffer.from(part as string)));
  if (chopped) await socket.writeChopped(bytes);
  else socket.write(bytes);
  for (const answer of answers) {
    const [opcode, payload] = typeof answer === 'string' ? [TEXT, answer] : answer;
    const frame = await socket.frame();
    t.match(frame, { opcode, fin: true, rsv: 0, masked: false }, `${name}: frame`);
    t.ok(frame.payload.equals(Buffer.from(payload as string)), `${name}: payload`);
  }
  if (closes) await expectClose(t, socket, closes, name);
  else t.equal(await ask(socket), ANSWER, `${name}: alive`);
  socket.tcp.destroy();
}

async function ask(socket: RawSocket): Promise<string> {
  socket.write(wireFrame(TEXT, ASK));
  return socket.text();
}

async function expectClose(t: Test, socket: RawSocket, body: Buffer, name: string) {
  const { opcode, payload } = await socket.frame();
  t.equal(opcode, CLOSE, `${name}: close frame`);
  const promised = body.length === 2 ? payload.subarray(0, 2) : payload;
  t.equal(promised.toString('hex'), body.toString('hex'), `${name}: close code`);
  t.equal((await socket.rest()).length, 0, `${name}: nothing after it, then the end of the connection`);
}

async function playAll(t: Test, cases: readonly Case[], env: Record<string, string> = {}) {
  const server = await startServer(t, {
    ANTIPHON_STRICT_NAMES: 'off',
    REVERB_APP_MAX_MESSAGE_SIZE: '200000',
    ...env,
  });
  for (const each of cases) await play(t, server, each);
  // Whatever was done to it, it serves the next one.
  await play(t, server, { name: 'afterwards', sends: [] });
}

t.test('messages of every length that changes their framing', (t) => {
  const lengths = [125, 126, 127, 128, 65_535, 65_536, 200_000];
  return playAll(t, [
    ...[TEXT, BINARY].flatMap((opcode) => [
      { name: `empty, opcode ${opcode}`, sends: [wireFrame(opcode)], answers: [MALFORMED] },
      ...lengths.map((length) => ({
        name: `${length} bytes, opcode ${opcode}`,
        sends: [wireFrame(opcode, subscribing(nameFor(length)))],
        answers: [subscribed(nameFor(length))],
      })),
    ]),
    {
      name: 'in bytes',
      sends: [wireFrame(TEXT, subscribing(nameFor(128)))],
      answers: [subscribed(nameFor(128))],
      chopped: true,
    },
    {
      name: 'many in one segment, answered in order',
      sends: ['a', 'b', 'c', 'd'].map((name) => wireFrame(TEXT, subscribing(name))),
      answers: ['a', 'b', 'c', 'd'].map(subscribed),
    },
    // The shortest form is asked of the sender (§5.2), but a longer one harms nobody and is common in the wild.
    { name: 'length in a longer form', sends: [longForm(ASK)], answers: [ANSWER] },
    {
      name: 'length with the highest bit',
      sends: [Buffer.of(0x81, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
      closes: CODE_ONLY(1009),
    },
  ]);
});

function longForm(text: string): Buffer {
  const masked = wireFrame(TEXT, text);
  return Buffer.concat([Buffer.of(0x81, 0x80 | 126, 0, text.length), masked.subarray(2)]);
}

t.test('pings and pongs', (t) => {
  const bytes = Uint8Array.from({ length: 125 }, (_, index) => 0xff - index);
  const text = (part: string, rules = {}) => wireFrame(TEXT, part, rules);
  return playAll(t, [
    { name: 'empty ping', sends: [wireFrame(PING)], answers: [[PONG, '']] },
    { name: 'ping with text', sends: [wireFrame(PING, 'Hello')], answers: [[PONG, 'Hello']] },
    { name: 'ping with bytes', sends: [wireFrame(PING, bytes)], answers: [[PONG, bytes]] },
    { name: 'ping in bytes', sends: [wireFrame(PING, bytes)], answers: [[PONG, bytes]], chopped: true },
    { name: 'ping too long', sends: [wireFrame(PING, 'x'.repeat(126))], closes: PROTOCOL_ERROR },
    { name: 'pong too long', sends: [wireFrame(PONG, 'x'.repeat(126))], closes: PROTOCOL_ERROR },
    { name: 'fragmented ping', sends: [wireFrame(PING, 'Hello', { fin: false })], closes: PROTOCOL_ERROR },
    { name: 'fragmented pong', sends: [wireFrame(PONG, 'Hello', { fin: false })], closes: PROTOCOL_ERROR },
    { name: 'pong nobody asked for', sends: [wireFrame(PONG), wireFrame(PONG, 'x')] },
    { name: 'pong, then ping', sends: [wireFrame(PONG, 'a'), wireFrame(PING, 'b')], answers: [[PONG, 'b']] },
    {
      name: 'ten pings',
      sends: Array.from({ length: 10 }, (_, index) => wireFrame(PING, `${index}`)),
      answers: Array.from({ length: 10 }, (_, index) => [PONG, `${index}`] as const),
    },
    {
      name: 'ping between fragments',
      sends: [text(ASK.slice(0, 9), { fin: false }), wireFrame(PING, 'now'), wireFrame(CONTINUATION, ASK.slice(9))],
      answers: [[PONG, 'now'], ANSWER],
    },
    {
      name: 'a pong takes its turn behind what was asked before',
      sends: [text(subscribing('a')), wireFrame(PING, '1'), text(subscribing('b')), wireFrame(PING, '2')],
      answers: [subscribed('a'), [PONG, '1'], subscribed('b'), [PONG, '2']],
    },
  ]);
});

t.test('reserved bits and opcodes', (t) =>
  playAll(t, [
    ...[1, 2, 3, 4, 5, 6, 7].flatMap((rsv) =>
      [TEXT, BINARY, PING, PONG, CLOSE].map((opcode) => ({
        name: `reserved bits ${rsv}, opcode ${opcode}`,
        sends: [wireFrame(TEXT, ASK), wireFrame(opcode, '', { rsv })],
        answers: [ANSWER],
        closes: PROTOCOL_ERROR,
      })),
    ),
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) =>
      ['', ASK].map((payload) => ({
        name: `opcode ${opcode}, ${payload.length} bytes`,
        sends: [wireFrame(TEXT, ASK), wireFrame(opcode, payload), wireFrame(TEXT, ASK)],
        answers: [ANSWER],
        closes: PROTOCOL_ERROR,
      })),
    ),
  ]),
);

t.test('masks', (t) =>
  playAll(t, [
    ...[TEXT, BINARY, PING, CLOSE].map((opcode) => ({
      name: `unmasked opcode ${opcode}`,
      sends: [wireFrame(opcode, opcode === CLOSE ? closeBody(1000) : ASK, { masked: false })],
      closes: PROTOCOL_ERROR,
    })),
    { name: 'mask of zeros', sends: [Buffer.of(0x81, 0x80 | ASK.length, 0, 0, 0, 0), ASK], answers: [ANSWER] },
  ]),
);

t.test('fragments', (t) => {
  const open = (payload: string, opcode = TEXT) => wireFrame(opcode, payload, { fin: false });
  const more = (payload: string) => wireFrame(CONTINUATION, payload, { fin: false });
  const last = (payload: string) => wireFrame(CONTINUATION, payload);
  const whole = wireFrame(TEXT, ASK);
  const letters = [...ASK];
  const middle = letters.slice(1, -1).map(more);
  const single = [open('{'), ...middle, last('}')];
  return playAll(t, [
    { name: 'two', sends: [open(ASK.slice(0, 5)), last(ASK.slice(5))], answers: [ANSWER] },
    { name: 'two, binary', sends: [open(ASK.slice(0, 5), BINARY), last(ASK.slice(5))], answers: [ANSWER] },
    { name: 'one letter each', sends: single, answers: [ANSWER] },
    { name: 'one letter each, in bytes', sends: single, answers: [ANSWER], chopped: true },
    { name: 'empty ones around', sends: [open(''), more(''), more(ASK), more(''), last('')], answers: [ANSWER] },
    { name: 'only empty ones', sends: [open(''), more(''), last('')], answers: [MALFORMED] },
    {
      name: 'pings between all of them',
      sends: letters.flatMap((letter, index) => [
        index === 0 ? open(letter) : index === letters.length - 1 ? last(letter) : more(letter),
        wireFrame(PING, `${index}`),
      ]),
      answers: [
        ...letters.slice(0, -1).map((_, index) => [PONG, `${index}`] as const),
        ANSWER,
        [PONG, `${letters.length - 1}`],
      ],
    },
    { name: 'one message after the other', sends: [...single, ...single, whole], answers: [ANSWER, ANSWER, ANSWER] },
    { name: 'a last one without a start', sends: [last(ASK), whole], closes: PROTOCOL_ERROR },
    { name: 'a middle one without a start', sends: [more(ASK), whole], closes: PROTOCOL_ERROR },
    { name: 'one more after the last', sends: [...single, last('x')], answers: [ANSWER], closes: PROTOCOL_ERROR },
    { name: 'a new message inside', sends: [open(ASK), whole], closes: PROTOCOL_ERROR },
    { name: 'a new fragmented one inside', sends: [open(ASK), open(ASK), last('')], closes: PROTOCOL_ERROR },
    { name: 'a new binary one inside', sends: [open(ASK), wireFrame(BINARY, ASK)], closes: PROTOCOL_ERROR },
    { name: 'closed inside', sends: [open(ASK), wireFrame(CLOSE, closeBody(1000))], closes: closeBody(1000) },
    {
      name: 'a long one in many',
      sends: fragmentsOf(subscribing(nameFor(65_536)), 997),
      answers: [subscribed(nameFor(65_536))],
    },
  ]);
});

function fragmentsOf(text: string, length: number): Buffer[] {
  const frames: Buffer[] = [];
  for (let start = 0; start < text.length; start += length) {
    const opcode = start === 0 ? TEXT : CONTINUATION;
    frames.push(wireFrame(opcode, text.slice(start, start + length), { fin: start + length >= text.length }));
  }
  return frames;
}

t.test('UTF-8', (t) => {
  const head = '{"event":"pusher:subscribe","data":{"channel":"';
  const message = (name: Uint8Array) => Buffer.concat([Buffer.from(head), name, Buffer.from('"}}')]);
  const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex');
  const valid = {
    'two, three and four bytes': 'Ω€𝄞',
    Cyrillic: 'Здравствуйте',
    'first and last of each length': '\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}',
    'around the surrogates': '\ud7ff\ue000',
    'no characters': '\ufdd0\ufffe\uffff\u{1fffe}\u{10fffe}',
    'replacement and byte order mark': '\ufffd\ufeff',
    DEL: '\u007f',
  };
  const invalid = {
    'continuation alone': '80',
    'continuations alone': '80 bf 80',
    'two bytes cut': 'ce',
    'three bytes cut': 'e2 82',
    'four bytes cut': 'f0 9d 84',
    'start followed by a letter': 'c3 28',
    'five bytes': 'f8 88 80 80 80',
    'six bytes': 'fc 84 80 80 80 80',
    'bytes that never occur': 'fe ff',
    'slash in two bytes': 'c0 af',
    'slash in three bytes': 'e0 80 af',
    'slash in four bytes': 'f0 80 80 af',
    'NUL in two bytes': 'c0 80',
    'longest overlong of two': 'c1 bf',
    'longest overlong of three': 'e0 9f bf',
    'longest overlong of four': 'f0 8f bf bf',
    'high surrogate': 'ed a0 80',
    'low surrogate': 'ed bf bf',
    'pair of surrogates': 'ed a0 bd ed b8 80',
    'beyond the last character': 'f4 90 80 80',
    'far beyond': 'f7 bf bf bf',
    'good text before and after': 'ce ba ed a0 80 65',
  };
  return playAll(t, [
    ...Object.entries(valid).flatMap(([name, text]) => {
      const bytes = message(Buffer.from(text));
      const cutInside = head.length + 1;
      const answers = [subscribed(text)];
      return [
        { name, sends: [wireFrame(TEXT, bytes)], answers },
        {
          name: `${name}, cut inside a character`,
          sends: [
            wireFrame(TEXT, bytes.subarray(0, cutInside), { fin: false }),
            wireFrame(CONTINUATION, bytes.subarray(cutInside)),
          ],
          answers,
        },
        { name: `${name}, each byte a fragment`, sends: byteFragments(bytes), answers },
      ];
    }),
    ...Object.entries(invalid).flatMap(([name, digits]) => {
      const bytes = message(hex(digits));
      return [
        { name, sends: [wireFrame(TEXT, bytes)], closes: CODE_ONLY(1007) },
        { name: `${name}, each byte a fragment`, sends: byteFragments(bytes), closes: CODE_ONLY(1007) },
      ];
    }),
    {
      // Binary need not be text: it is read as such, with replacement characters.
      name: 'in a binary message',
      sends: [wireFrame(BINARY, message(hex('c3 28')))],
      answers: [subscribed('\ufffd(')],
    },
  ]);
});

function byteFragments(bytes: Uint8Array): Buffer[] {
  return Array.from(bytes, (byte, index) =>
    wireFrame(index === 0 ? TEXT : CONTINUATION, Uint8Array.of(byte), { fin: index === bytes.length - 1 }),
  );
}

t.test('closing', (t) => {
  const closing = (body: Uint8Array | string) => wireFrame(CLOSE, body);
  const longest = 'r'.repeat(123);
  // 1012–1014 are registered with IANA since RFC 6455; the other codes below 3000 are reserved or mean "no code".
  const allowed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
  const forbidden = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
  return playAll(t, [
    { name: 'without a code', sends: [closing('')], closes: Buffer.alloc(0) },
    { name: 'half a code', sends: [closing(Buffer.of(3))], closes: PROTOCOL_ERROR },
    ...allowed.map((code) => ({
      name: `code ${code}`,
      sends: [closing(closeBody(code, 'why'))],
      closes: closeBody(code, 'why'),
    })),
    ...forbidden.map((code) => ({
      name: `code ${code}`,
      sends: [closing(closeBody(code, 'why'))],
      closes: PROTOCOL_ERROR,
    })),
    { name: 'longest reason', sends: [closing(closeBody(1000, longest))], closes: closeBody(1000, longest) },
    { name: 'reason too long', sends: [closing(closeBody(1000, `${longest}r`))], closes: PROTOCOL_ERROR },
    {
      name: 'reason that is no text',
      sends: [closing(closeBody(1000, Buffer.of(0xce, 0xba, 0xed, 0xa0, 0x80)))],
      closes: CODE_ONLY(1007),
    },
    { name: 'fragmented', sends: [wireFrame(CLOSE, '', { fin: false })], closes: PROTOCOL_ERROR },
    { name: 'in bytes', sends: [closing(closeBody(4000, 'bye'))], closes: closeBody(4000, 'bye'), chopped: true },
    {
      name: 'what was asked before is answered before',
      sends: [wireFrame(TEXT, ASK), wireFrame(PING, 'p'), wireFrame(TEXT, subscribing('a')), closing('')],
      answers: [ANSWER, [PONG, 'p'], subscribed('a')],
      closes: Buffer.alloc(0),
    },
    {
      name: 'what comes after it is not heard',
      sends: [closing(closeBody(1000)), wireFrame(PING, 'p'), wireFrame(TEXT, ASK), closing(closeBody(1001)), 'noise'],
      closes: closeBody(1000),
    },
    {
      name: 'what was asked before a fault is answered before',
      sends: [wireFrame(TEXT, ASK), wireFrame(3, ''), wireFrame(TEXT, ASK)],
      answers: [ANSWER],
      closes: PROTOCOL_ERROR,
    },
  ]);
});

t.test('a message over the limit is refused from its header on', async (t) => {
  const app = (key: string, limit: number) => ({ app_id: key, key, secret: 's', max_message_size: limit });
  const file = appsFile(t, [app('small', 100), app('usual', 10_000), app('large', 100_000), app('any', 0)]);
  const server = await startServer(t, { REVERB_APPS_FILE: file, ANTIPHON_STRICT_NAMES: 'off' });
  const tooBig = closeBody(1009, 'Maximum message size exceeded');

  const open = (key: string) => openRaw(t, server, { path: `/app/${key}` });
  for (const [key, limit] of [
    ['small', 100],
    ['usual', 10_000],
    ['large', 100_000],
  ] as const) {
    const socket = await open(key);
    socket.write(wireFrame(TEXT, subscribing(nameFor(limit))));
    t.equal(await socket.text(), subscribed(nameFor(limit)), `${key}: the limit itself is allowed`);
    socket.write(wireFrame(TEXT, ASK), wireFrame(TEXT, subscribing(nameFor(limit + 1))));
    t.equal(await socket.text(), ANSWER);
    await expectClose(t, socket, tooBig, key);

    const slow = await open(key);
    slow.write(wireFrame(TEXT, subscribing(nameFor(limit + 1))).subarray(0, limit > 65_535 ? 10 : limit > 125 ? 4 : 2));
    await expectClose(t, slow, tooBig, `${key}, only the header`);

    const parts = await open(key);
    parts.write(...fragmentsOf(subscribing(nameFor(limit + 1)), 40));
    await expectClose(t, parts, tooBig, `${key}, in fragments`);
  }

  const any = await open('any');
  any.write(wireFrame(TEXT, subscribing(nameFor(1_000_000))));
  t.equal(await any.text(), subscribed(nameFor(1_000_000)), 'no limit');
});

t.test('frames in the segment of the handshake are heard [Q-B]', async (t) => {
  const server = await startServer(t, { ANTIPHON_STRICT_NAMES: 'off' });
  const socket = await connectRaw(t, server);
  socket.write(handshake(`/app/${server.app.key}`), wireFrame(TEXT, subscribing('early')), wireFrame(PING, 'p'));
  t.equal((await socket.head()).status, 101);
  t.match(await socket.text(), 'pusher:connection_established');
  t.equal(await socket.text(), subscribed('early'));
  t.match(await socket.frame(), { opcode: PONG });
});

t.test('who asks and ends its side is answered before the connection ends', async (t) => {
  const server = await startServer(t);
  const socket = await openRaw(t, server);
  socket.tcp.end(wireFrame(TEXT, subscribing('last')));
  t.equal(await socket.text(), subscribed('last'));
  t.equal((await socket.rest()).length, 0);
});
