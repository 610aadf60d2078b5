import { addSetting, allSettings, removeSetting, writeSetting } from '../../db/settings.ts';
import { teamMembers, touchLastSeen, type User } from '../../db/users.ts';
import type { Caller } from '../identity/caller.ts';
import type { RecordEvent } from '../outbox/commit.ts';
import type { DeskParts } from './access.ts';
import { recordDesk } from './events.ts';
import { oneOf } from './input.ts';
import { type Author, authorOf } from './message.ts';
import { authorizeTeam, servedFrom } from './policy.ts';

/** What somebody of the team says of themselves. */
export type Availability = 'online' | 'busy' | 'offline';

const availabilities: readonly Availability[] = ['online', 'busy', 'offline'];

export interface AvailabilityParts extends DeskParts {
  /** How long nothing may be heard of somebody before they count as gone; null: they are what they say. */
  goneAfterSeconds: number | null;
  /** Those of the team who have a socket open. */
  connected: () => Iterable<number>;
}

/** A page may be away that long while its train is in a tunnel. */
export const ordinaryGoneAfterSeconds = 120;

/** What stands in a row may be that much older than when somebody was last heard of. */
const seenWithinMilliseconds = 60_000;

export interface TeamMember {
  agent: Author;
  email: string | null;
  siteDomain: string | null;
  availability: Availability;
  lastSeenAt: number | null;
}

export interface Availabilities {
  set(caller: Caller, availability: string): Promise<void>;
  /** The team as the caller may give rooms to; who never said anything is online while they are there. */
  team(caller: Caller): Promise<TeamMember[]>;
  /** How many of them are online; of one site those who serve it. */
  countOnline(servedFrom: string | undefined): Promise<number>;
  /**
   * Says of those who have gone that they are offline, and of those who came back what they last said of themselves.
   * For the wiring to call every few seconds, on every node. Answers how many that is news of.
   */
  noticeWhoLeft(): Promise<number>;
}

const settingOf = (userId: number) => `availability.${userId}`;
/** Stands beside what somebody said, and takes nothing of it away. */
const goneSettingOf = (userId: number) => `gone.${userId}`;

export function availabilitiesOf(parts: AvailabilityParts): Availabilities {
  const { db, commit, now, goneAfterSeconds, connected } = parts;
  const began = now();

  const saidBy = (settings: Map<string, unknown>, { id }: User) =>
    availabilities.find((availability) => availability === settings.get(settingOf(id))) ?? 'online';

  const tell = async (record: RecordEvent, member: User, actorId: number | null, availability: Availability) => {
    const live = { agent: authorOf(member), availability };
    await recordDesk(record, 'agent.availability', { roomId: null, actorId, data: { availability } }, live);
  };

  async function membersOf(site: string | undefined): Promise<TeamMember[]> {
    const settings = await allSettings(db);
    return (await teamMembers(db, site)).map((user) => ({
      agent: authorOf(user),
      email: user.email,
      siteDomain: user.siteDomain,
      availability: settings.has(goneSettingOf(user.id)) ? 'offline' : saidBy(settings, user),
      lastSeenAt: user.lastSeenAt,
    }));
  }

  return {
    async set(caller, asked) {
      authorizeTeam(caller);
      const availability = oneOf('availability', asked, availabilities);
      const { userId } = caller;
      const [self] = (await teamMembers(db)).filter((member) => member.id === userId);
      await commit(async (tx, record) => {
        await writeSetting(tx, settingOf(userId), availability, now());
        await removeSetting(tx, goneSettingOf(userId));
        await touchLastSeen(tx, userId, now());
        if (self) await tell(record, self, userId, availability);
      });
    },

    async team(caller) {
      authorizeTeam(caller);
      return membersOf(servedFrom(caller));
    },

    async countOnline(site) {
      const heardSince = goneAfterSeconds === null ? null : now() - goneAfterSeconds * 1000 - seenWithinMilliseconds;
      const isThere = ({ availability, lastSeenAt }: TeamMember) =>
        // Whom nobody has ever heard of counts as online, and is not there.
        availability === 'online' && (heardSince === null || (lastSeenAt ?? 0) >= heardSince);
      return (await membersOf(site)).filter(isThere).length;
    },

    async noticeWhoLeft() {
      if (goneAfterSeconds === null) return 0;
      const goneSince = now() - goneAfterSeconds * 1000 - seenWithinMilliseconds;
      const here = new Set(connected());
      const settings = await allSettings(db);
      let noticed = 0;
      for (const member of await teamMembers(db)) {
        const isHere = here.has(member.id);
        // Each node writes down whom it sees, so that all judge by the same, also when they do not hear each other.
        if (isHere && (member.lastSeenAt ?? 0) < now() - seenWithinMilliseconds)
          await touchLastSeen(db, member.id, now());
        const isGone = !isHere && (member.lastSeenAt ?? 0) < goneSince;
        // Who could not reach us while we were down has not left.
        if (isGone && began > goneSince) continue;
        if (isGone === settings.has(goneSettingOf(member.id))) continue;
        const said = saidBy(settings, member);
        const isNews = await commit(async (tx, record) => {
          const key = goneSettingOf(member.id);
          const isFirst = isGone ? await addSetting(tx, key, true, now()) : await removeSetting(tx, key);
          // Another node was first; or they said themselves that they are not there.
          if (!isFirst || said === 'offline') return false;
          await tell(record, member, null, isGone ? 'offline' : said);
          return true;
        });
        if (isNews) noticed += 1;
      }
      return noticed;
    },
  };
}
