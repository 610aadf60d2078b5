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

/** Whether somebody takes conversations. */
export interface Presence {
  /** As everybody sees them. Offline where `chosen` says otherwise: they have gone without saying so. */
  availability: Availability;
  /** What they last said of themselves, which they are again when they come back. */
  chosen: Availability;
  /** Whether they become offline by themselves when they have gone. */
  autoOffline: boolean;
}

export interface TeamMember extends Presence {
  agent: Author;
  email: string | null;
  siteDomain: string | null;
  lastSeenAt: number | null;
}

export interface Availabilities {
  /** `autoOffline` left out: as it was. */
  set(caller: Caller, availability: string, autoOffline?: boolean): Promise<Presence>;
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
/** Of those who stay what they said of themselves, also when they have gone. */
const staysSettingOf = (userId: number) => `stays.${userId}`;

export function availabilitiesOf(parts: AvailabilityParts): Availabilities {
  const { db, commit, now, goneAfterSeconds, connected } = parts;
  const began = now();

  function presenceOf(settings: Map<string, unknown>, { id }: Pick<User, 'id'>): Presence {
    const chosen = availabilities.find((each) => each === settings.get(settingOf(id))) ?? 'online';
    const isGone = settings.has(goneSettingOf(id));
    return { availability: isGone ? 'offline' : chosen, chosen, autoOffline: !settings.has(staysSettingOf(id)) };
  }

  const tell = async (record: RecordEvent, member: User, actorId: number | null, presence: Presence) => {
    const { availability, chosen } = presence;
    const data = { availability, chosen };
    await recordDesk(
      record,
      'agent.availability',
      { roomId: null, actorId, data },
      { agent: authorOf(member), ...data },
    );
  };

  async function membersOf(site: string | undefined): Promise<TeamMember[]> {
    const settings = await allSettings(db);
    return (await teamMembers(db, site)).map((user) => ({
      agent: authorOf(user),
      email: user.email,
      siteDomain: user.siteDomain,
      ...presenceOf(settings, user),
      lastSeenAt: user.lastSeenAt,
    }));
  }

  return {
    async set(caller, asked, autoOffline) {
      authorizeTeam(caller);
      const chosen = oneOf('availability', asked, availabilities);
      const { userId } = caller;
      const [self] = (await teamMembers(db)).filter((member) => member.id === userId);
      return commit(async (tx, record) => {
        await writeSetting(tx, settingOf(userId), chosen, now());
        await removeSetting(tx, goneSettingOf(userId));
        if (autoOffline === true) await removeSetting(tx, staysSettingOf(userId));
        if (autoOffline === false) await writeSetting(tx, staysSettingOf(userId), true, now());
        await touchLastSeen(tx, userId, now());
        const presence = presenceOf(await allSettings(tx), { id: userId });
        if (self) await tell(record, self, userId, presence);
        return presence;
      });
    },

    async team(caller) {
      authorizeTeam(caller);
      return membersOf(servedFrom(caller));
    },

    async countOnline(site) {
      const heardSince = goneAfterSeconds === null ? null : now() - goneAfterSeconds * 1000 - seenWithinMilliseconds;
      const isThere = ({ availability, autoOffline, lastSeenAt }: TeamMember) =>
        // Whom nobody has ever heard of counts as online, and is not there.
        availability === 'online' && (heardSince === null || !autoOffline || (lastSeenAt ?? 0) >= heardSince);
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
        const presence = presenceOf(settings, member);
        const isGone = !isHere && presence.autoOffline && (member.lastSeenAt ?? 0) < goneSince;
        // Who could not reach us while we were down has not left.
        if (isGone && began > goneSince) continue;
        if (isGone === settings.has(goneSettingOf(member.id))) continue;
        const { chosen } = presence;
        const isNews = await commit(async (tx, record) => {
          const key = goneSettingOf(member.id);
          const isFirst = isGone ? await addSetting(tx, key, true, now()) : await removeSetting(tx, key);
          // Another node was first; or they said themselves that they are not there.
          if (!isFirst || chosen === 'offline') return false;
          await tell(record, member, null, { ...presence, availability: isGone ? 'offline' : chosen });
          return true;
        });
        if (isNews) noticed += 1;
      }
      return noticed;
    },
  };
}
