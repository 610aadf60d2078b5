import { mock } from 'node:test';
import fc from 'fast-check';
import t from 'tap';
import { partsOf } from '../../client/chat/links.ts';
import { type Line, type TabNews, tabsOf } from '../../client/chat/tabs.ts';
import { BELIEVED_MS, IDLE_MS, TELL_EVERY_MS, typingOf, typistsOf } from '../../client/chat/typing.ts';
import { brandColours, contrastOf } from '../../client/widget/colour.ts';
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
