import t from 'tap';
import { checkedHours, type Hours, opennessAt } from '../../server/support/hours.ts';
import { dayAfter, daysBetween, localTimeAt, momentOf, weekdayOf } from '../../server/support/local-time.ts';
import { refused } from './house.ts';

const weekdays = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' }));
const kyiv: Hours = { timezone: 'Europe/Kyiv', weekly: weekdays, holidays: ['2026-12-25'] };
/** Open around the clock on the Sundays when Europe moves its clocks. */
const sundays: Hours = { timezone: 'Europe/Kyiv', weekly: [{ day: 7, from: '02:30', to: '03:30' }], holidays: [] };
const night: Hours = {
  timezone: 'America/New_York',
  weekly: [
    { day: 5, from: '22:00', to: '24:00' },
    { day: 6, from: '00:00', to: '02:00' },
  ],
  holidays: [],
};
const open = null;

t.test('whether somebody is there, and when again', async (t) => {
  const table: [name: string, hours: Hours, now: string, opensAt: string | null][] = [
    ['a winter’s morning, before', kyiv, '2026-01-14T06:59:59Z', '2026-01-14T07:00:00Z'],
    ['as it opens', kyiv, '2026-01-14T07:00:00Z', open],
    ['until the last moment', kyiv, '2026-01-14T15:59:59.999Z', open],
    ['as it closes', kyiv, '2026-01-14T16:00:00Z', '2026-01-15T07:00:00Z'],
    ['in summer an hour earlier by UTC', kyiv, '2026-07-15T06:00:00Z', open],
    ['over the weekend into summer time', kyiv, '2026-03-27T20:00:00Z', '2026-03-30T06:00:00Z'],
    ['over the weekend out of it', kyiv, '2026-10-23T20:00:00Z', '2026-10-26T07:00:00Z'],
    ['Thursday is over, Friday a holiday', kyiv, '2026-12-24T20:00:00Z', '2026-12-28T07:00:00Z'],
    ['on the holiday', kyiv, '2026-12-25T10:00:00Z', '2026-12-28T07:00:00Z'],
    // On 29 March 2026 clocks go from 03:00 to 04:00 (01:00 UTC), on 25 October from 04:00 back to 03:00.
    ['what begins before the gap and ends in it', sundays, '2026-03-29T00:29:00Z', '2026-03-29T00:30:00Z'],
    ['it lasts as long as it says', sundays, '2026-03-29T01:29:59Z', open],
    ['and no longer', sundays, '2026-03-29T01:30:00Z', '2026-04-04T23:30:00Z'],
    ['what ends in the hour that is there twice ends the second time', sundays, '2026-10-25T01:29:00Z', open],
    ['and then it is over', sundays, '2026-10-25T01:30:00Z', '2026-11-01T00:30:00Z'],
    ['through midnight', night, '2026-06-06T04:00:00Z', open],
    ['elsewhere it is still the day before', night, '2026-06-06T01:59:00Z', '2026-06-06T02:00:00Z'],
  ];
  for (const [name, hours, now, opensAt] of table) {
    const openness = opennessAt(hours, Date.parse(now));
    t.same(openness, { isOpen: opensAt === open, opensAt: opensAt && Date.parse(opensAt) }, name);
  }
  t.same(opennessAt({ ...kyiv, weekly: [] }, Date.now()), { isOpen: false, opensAt: null }, 'never');
});

t.test('days and clocks of a place', async (t) => {
  t.same(localTimeAt('Asia/Kathmandu', Date.parse('2026-01-01T18:20:00Z')), { day: '2026-01-02', minute: 5 });
  t.same(localTimeAt('Pacific/Kiritimati', Date.parse('2026-01-01T12:00:00Z')), { day: '2026-01-02', minute: 120 });
  t.equal(momentOf('America/Sao_Paulo', { day: '2026-01-01', minute: 0 }), Date.parse('2026-01-01T03:00:00Z'));
  // In Beirut clocks go forward at midnight: the day begins at one.
  t.equal(momentOf('Asia/Beirut', { day: '2026-03-29', minute: 0 }), Date.parse('2026-03-28T22:00:00Z'));
  t.equal(dayAfter('2024-02-28'), '2024-02-29');
  t.equal(dayAfter('2026-03-01', -1), '2026-02-28');
  t.equal(daysBetween('2024-01-01', '2025-01-01'), 366);
  t.same(['2026-11-21', '2026-11-22', '2026-11-23'].map(weekdayOf), [6, 7, 1]);
});

t.test('hours that cannot be', async (t) => {
  const wrong: Partial<Hours>[] = [
    { timezone: 'Europe/Nowhere' },
    { weekly: [{ day: 0, from: '09:00', to: '18:00' }] },
    { weekly: [{ day: 1, from: '9:00', to: '18:00' }] },
    { weekly: [{ day: 1, from: '09:00', to: '24:01' }] },
    { weekly: [{ day: 1, from: '18:00', to: '09:00' }] },
    { holidays: ['2026-02-30'] },
  ];
  for (const part of wrong) {
    await refused(t, 'invalid', (async () => checkedHours({ ...kyiv, ...part }))());
  }
  t.same(checkedHours({ timezone: 'UTC', weekly: [] }), { timezone: 'UTC', weekly: [], holidays: [] });
});
