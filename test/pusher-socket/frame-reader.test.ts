import fc from 'fast-check';
import t from 'tap';
import { FrameReader } from '../../server/doors/pusher-socket/frame-reader.ts';
import { BINARY, CLOSE, CONTINUATION, closeBody, PING, PONG, TEXT, wireFrame } from '../kit/raw-socket.ts';

/** Everything a reader is told of, in order. */
function hear(chunks: readonly Uint8Array[], maxBytes = 0): string[] {
  const heard: string[] = [];
  const reader = new FrameReader(
    {
      onMessage: (text) => heard.push(`message ${text}`),
      onPing: (payload) => heard.push(`ping ${payload.toString('hex')}`),
      onPong: () => heard.push('pong'),
      onClose: (code, reason) => heard.push(`close ${code} ${reason}`),
      onBreach: (code) => heard.push(`breach ${code}`),
    },
    maxBytes,
  );
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return heard;
}

const isSame = (a: readonly string[], b: readonly string[]) => a.join('\n') === b.join('\n');

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

const payload = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(125, 126, 65_535, 65_536).map((length) => 'x'.repeat(length)),
);
const control = fc.tuple(fc.constantFrom(PING, PONG), fc.uint8Array({ maxLength: 125 })).map(([opcode, bytes]) => ({
  bytes: wireFrame(opcode, bytes),
  heard: opcode === PING ? `ping ${hex(bytes)}` : 'pong',
}));
/** A message in fragments, control frames between them. */
const message = fc
  .tuple(
    fc.constantFrom(TEXT, BINARY),
    payload,
    fc.array(fc.nat(), { maxLength: 4 }),
    fc.array(control, { maxLength: 4 }),
  )
  .map(([opcode, text, places, controls]) => {
    const parts = cut(Buffer.from(text), places);
    const frames: Buffer[] = [];
    const between: string[] = [];
    for (const [index, part] of parts.entries()) {
      const fin = index === parts.length - 1;
      frames.push(wireFrame(index === 0 ? opcode : CONTINUATION, part, { fin }));
      const inside = fin ? undefined : controls[index];
      if (inside) {
        frames.push(inside.bytes);
        between.push(inside.heard);
      }
    }
    return { bytes: Buffer.concat(frames), heard: [...between, `message ${Buffer.from(text)}`].join('\n') };
  });
const conversation = fc.array(fc.oneof(message, control), { maxLength: 8 });

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

t.test('whatever is said is heard, in whatever pieces it comes', async (t) => {
  fc.assert(
    fc.property(conversation, fc.array(fc.nat(), { maxLength: 40 }), (said, places) => {
      const bytes = Buffer.concat([...said.map((each) => each.bytes), wireFrame(CLOSE, closeBody(1000, 'bye'))]);
      const expected = [...said.map(({ heard }) => heard), 'close 1000 bye'];
      return isSame(hear(cut(bytes, places)), expected);
    }),
    { numRuns: 400 },
  );
  t.pass('four hundred conversations');
});

t.test('noise is a breach or waits for more, wherever it is cut; nothing is heard behind a breach', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 10 }), (noise, places) => {
      const whole = hear([noise], 100);
      const last = whole.findIndex((each) => /^(breach|close)/.test(each));
      return isSame(hear(cut(Buffer.from(noise), places), 100), whole) && (last < 0 || last === whole.length - 1);
    }),
    { numRuns: 2000 },
  );
  t.pass('two thousand noises');
});
