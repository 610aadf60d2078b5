const HOUR_MS = 3_600_000;
const MORNING_HOUR = 9;

/** Moments one puts a room off to, in the agent's own time. */
export const snoozes = {
  'snooze reply': () => 'reply',
  'snooze hour': () => new Date(Date.now() + HOUR_MS).toISOString(),
  'snooze tomorrow': () => morning(1),
  'snooze week': () => morning((8 - new Date().getDay()) % 7 || 7),
  'snooze month': () => {
    const first = new Date();
    first.setMonth(first.getMonth() + 1, 1);
    first.setHours(MORNING_HOUR, 0, 0, 0);
    return first.toISOString();
  },
};
export type Snooze = keyof typeof snoozes;
export const snoozeNames = Object.keys(snoozes) as Snooze[];

function morning(daysOn: number): string {
  const at = new Date();
  at.setDate(at.getDate() + daysOn);
  at.setHours(MORNING_HOUR, 0, 0, 0);
  return at.toISOString();
}

/** As a field for a date and a time wants it: in the agent's own time, to the minute. */
export function localMoment(at: number): string {
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
