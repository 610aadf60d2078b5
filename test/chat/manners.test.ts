import { mock } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import t from 'tap';
import { partsOf } from '../../client/chat/links.ts';
import { type Line, type TabNews, tabsOf } from '../../client/chat/tabs.ts';
import { BELIEVED_MS, IDLE_MS, TELL_EVERY_MS, typingOf, typistsOf } from '../../client/chat/typing.ts';
import { brandColours, contrastOf } from '../../client/widget/colour.ts';
import { awaySentence } from '../../client/widget/hours.ts';
import { withoutNotes } from '../../client/widget/photo.ts';
import { en } from '../../client/widget/texts/en.ts';
import { fr } from '../../client/widget/texts/fr.ts';
import { ru } from '../../client/widget/texts/ru.ts';
import { languageOf, type Text } from '../../client/widget/texts/texts.ts';
import { uk } from '../../client/widget/texts/uk.ts';

t.test('typing is told at once, at most every two seconds, and when it is over', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.teardown(() => mock.timers.reset());
  const told: boolean[] = [];
  const typing = typingOf((isTyping) => told.push(isTyping));
  for (let key = 0; key < 10; key += 1) {
    typing.keyPressed();
    mock.timers.tick(TELL_EVERY_MS / 4);
  }
  t.same(told, [true, true, true], 'in four and a half seconds');
  mock.timers.tick(IDLE_MS);
  t.same(told.slice(3), [false]);
  typing.stopped();
  t.equal(told.length, 4, 'what is over is not over twice');
});

t.test('who types is believed for five seconds', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.teardown(() => mock.timers.reset());
  const seen: string[] = [];
  const typists = typistsOf((names) => seen.push(names.join('+')));
  typists.heard(1, 'Olena', true);
  mock.timers.tick(BELIEVED_MS - 1);
  typists.heard(1, 'Olena', true);
  mock.timers.tick(BELIEVED_MS - 1);
  t.same(seen, ['Olena']);
  mock.timers.tick(1);
  t.same(seen, ['Olena', '']);
  typists.heard(1, 'Olena', true);
  typists.heard(2, 'Ivan', true);
  typists.forget(1);
  typists.heard(2, 'Ivan', false);
  t.same(seen.slice(2), ['Olena', 'Olena+Ivan', 'Ivan', '']);
});

/** BroadcastChannels of one browser; what is said is heard later, in order. */
function browser() {
  const lines = new Set<Line>();
  const said: (() => void)[] = [];
  return {
    line(): Line {
      const line: Line = {
        onmessage: null,
        postMessage: (news) => {
          for (const other of lines) if (other !== line) said.push(() => other.onmessage?.({ data: news }));
        },
        close: () => lines.delete(line),
      };
      lines.add(line);
      return line;
    },
    settle() {
      for (let next = said.shift(); next; next = said.shift()) next();
    },
  };
}

t.test('of many tabs one plays sounds: the one looked at last, and another when it is closed', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.record({ tab: fc.nat(3), isClosing: fc.boolean() }), { maxLength: 12 }), (steps) => {
      const world = browser();
      let now = 0;
      const tick = () => {
        now += 1;
        return now;
      };
      const tabs = new Map(['a', 'b', 'c', 'd'].map((id) => [id, tabsOf(world.line(), () => {}, id, tick)]));
      world.settle();
      for (const { tab, isClosing } of steps) {
        const id = ['a', 'b', 'c', 'd'][tab] as string;
        if (isClosing) {
          tabs.get(id)?.close();
          tabs.delete(id);
        } else tabs.get(id)?.claim();
        world.settle();
        const leaders = Array.from(tabs).filter(([, each]) => each.isLeader());
        t.equal(leaders.length, tabs.size === 0 ? 0 : 1);
        if (!isClosing && tabs.has(id)) t.equal(leaders[0]?.[0], id);
      }
    }),
    { numRuns: 100 },
  );
});

t.test('tabs hear each other’s news', async (t) => {
  const world = browser();
  const heard: TabNews[] = [];
  const one = tabsOf(
    world.line(),
    () => {},
    'a',
    () => 1,
  );
  tabsOf(
    world.line(),
    (news) => heard.push(news),
    'b',
    () => 2,
  );
  one.tell({ kind: 'read', roomId: 7, seq: 3 });
  world.settle();
  t.same(heard, [{ kind: 'read', roomId: 7, seq: 3 }]);
});

t.test('links: what is an address, and what is not', async (t) => {
  const links = (text: string) => partsOf(text).flatMap(({ text: part, href }) => (href ? [[part, href]] : []));
  t.same(links('see https://example.com/a?b=c, please.'), [['https://example.com/a?b=c', 'https://example.com/a?b=c']]);
  t.same(links('(https://example.com/a_(b))'), [['https://example.com/a_(b)', 'https://example.com/a_(b)']]);
  t.same(links('www.example.com!'), [['www.example.com', 'https://www.example.com']]);
  t.same(links('write to a.b@example.com.'), [['a.b@example.com', 'mailto:a.b@example.com']]);
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc', '<a href=x>', 'a@b', 'https://']) {
    t.same(links(text), [], text);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      t.equal(
        partsOf(text)
          .map((part) => part.text)
          .join(''),
        text,
      );
    }),
  );
});

t.test('every language has every text, with the forms its numbers need', async (t) => {
  for (const [locale, texts] of Object.entries({ en, fr, ru, uk })) {
    const rules = new Intl.PluralRules(locale);
    t.same(Object.keys(texts).sort(), Object.keys(en).sort(), locale);
    for (const [name, text] of Object.entries<Text>(texts)) {
      const inEnglish: Text = en[name as keyof typeof en];
      const valuesOf = (each: Text) => new Set(JSON.stringify(each).match(/\{\w+\}/g));
      t.same(valuesOf(text), valuesOf(inEnglish), `${locale} ${name}: the same values`);
      if (typeof text === 'string') continue;
      for (let n = 0; n < 120; n += 1) {
        t.ok(text[rules.select(n)] ?? text.other, `${locale} ${name} ${n}`);
      }
    }
  }
});

t.test('numbers decide between forms; another language is a plain object', async (t) => {
  const ukrainian = languageOf('uk-UA');
  t.same(
    [1, 2, 5, 11, 21, 22].map((n) => ukrainian.say('newLine', { n })),
    [
      '1 нове повідомлення',
      '2 нові повідомлення',
      '5 нових повідомлень',
      '11 нових повідомлень',
      '21 нове повідомлення',
      '22 нові повідомлення',
    ],
  );
  t.equal(languageOf('de').say('send'), 'Send', 'unknown: English');
  const arabic = languageOf('ar', { send: 'إرسال', newLine: { one: 'واحدة', two: 'اثنتان', other: '{n}' } });
  t.same([arabic.direction, arabic.say('send'), arabic.say('newLine', { n: 2 })], ['rtl', 'إرسال', 'اثنتان']);
  t.equal(arabic.say('close'), 'Close chat');
  t.equal(languageOf('not a locale').locale, 'en');
});

t.test('any brand colour can be read', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
      const { brand, onBrand, accentOnLight, accentOnDark } = brandColours(`#${number.toString(16).padStart(6, '0')}`);
      t.ok(contrastOf(brand, onBrand) >= 4.5, `${onBrand} on ${brand}`);
      for (const ground of ['#ffffff', '#eef1f5']) t.ok(contrastOf(accentOnLight, ground) >= 4.5);
      for (const ground of ['#1b212b', '#2c333f']) t.ok(contrastOf(accentOnDark, ground) >= 4.5);
    }),
    { numRuns: 1000 },
  );
  t.equal(brandColours('red; background: url(x)').brand, '#1d5fd1', 'what is no colour is not used');
  t.equal(brandColours('#FC0').brand, '#ffcc00');
});

t.test('when somebody is there again: in the visitor’s language, by the team’s clock', async (t) => {
  // A Friday in winter: 02:14 in Kyiv.
  const now = Date.UTC(2026, 0, 9, 0, 14);
  const away = (locale: string, opensAt: string | null, timezone = 'Europe/Kyiv') =>
    awaySentence({ isOpen: false, opensAt, timezone }, languageOf(locale), now);
  const nine = '2026-01-09T07:00:00.000Z';
  t.equal(away('uk', nine), 'Зараз 02:14 у Києві, відповімо о 09:00');
  t.equal(away('uk', nine, 'Europe/Kiev'), 'Зараз 02:14 у Києві, відповімо о 09:00', 'its older name');
  t.equal(away('ru', '2026-01-10T07:00:00.000Z'), 'Сейчас 02:14 в Киеве. Снова здесь: завтра, 09:00');
  t.equal(away('fr', '2026-01-12T07:00:00.000Z'), 'Il est 02:14 à Kyiv. De retour : lundi, 09:00');
  t.equal(away('uk', '2026-01-20T07:00:00.000Z'), 'Зараз 02:14 у Києві. Знову тут: 20 січня 2026 р., 09:00');
  t.equal(away('en-GB', nine, 'America/New_York'), 'It is 19:14 (New York Time) now. Back: tomorrow, 02:00');
  t.match(away('en', nine, 'Nowhere/At_All'), /^It is .+ now/, 'a zone nobody knows');
  t.equal(away('uk', null), 'Зараз нас немає. Напишіть: ми відповімо.');
  t.equal(away('uk', '2026-01-09T00:14:00.000Z'), null, 'the time has come');
  t.equal(awaySentence({ isOpen: true, opensAt: null, timezone: 'UTC' }, languageOf('uk'), now), null);
});

t.test('a photo leaves without its camera’s notes: the same picture, the same way up', async (t) => {
  const plain = sharp({ create: { width: 60, height: 40, channels: 3, background: '#337755' } });
  const noted = (orientation: number, isProgressive: boolean) =>
    plain
      .clone()
      .withExif({ IFD0: { Make: 'Spy Camera', Copyright: 'x'.repeat(3000) }, IFD3: { GPSLatitudeRef: 'N' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">Spy</x:xmpmeta>')
      .withIccProfile('p3')
      .withMetadata({ orientation })
      .jpeg({ progressive: isProgressive })
      .toBuffer();
  for (const orientation of [1, 3, 6, 8]) {
    const photo = await noted(orientation, orientation > 3);
    t.match(photo.toString('latin1'), /Spy/, 'there was something to leave out');
    // Behind the end, as phones put a film or another picture.
    const before = Buffer.concat([photo, Buffer.from('Spy film')]);
    const after = Buffer.from(await (await withoutNotes(new Blob([before], { type: 'image/jpeg' }))).arrayBuffer());
    t.notMatch(after.toString('latin1'), /Spy/, `orientation ${orientation}`);
    t.equal((await sharp(after).metadata()).orientation ?? 1, orientation);
    t.ok((await sharp(after).metadata()).icc, 'its colours');
    t.same(await sharp(after).raw().toBuffer(), await sharp(photo).raw().toBuffer(), 'to the last dot');
  }
  const png = await plain.clone().png().toBuffer();
  const jpeg = await noted(6, false);
  const broken = [png, Buffer.from(''), Buffer.from('\xff\xd8\xff\xe1\xff', 'latin1'), jpeg.subarray(0, 100)];
  for (const [index, odd] of broken.entries()) {
    const file = new Blob([odd], { type: 'image/jpeg' });
    t.equal(await withoutNotes(file), file, `as it was: ${index}`);
  }
});
