import type { Db } from '../../db/upsert.ts';
import type { Commit } from '../outbox/commit.ts';
import type { DeskParts } from './access.ts';
import { type Assignment, assignmentOf } from './assignment.ts';
import { type Attachments, attachmentsOf } from './attachments.ts';
import { type Availabilities, availabilitiesOf, ordinaryGoneAfterSeconds } from './availability.ts';
import { type Bulk, bulkOf } from './bulk.ts';
import { type CannedReplies, cannedOf } from './canned.ts';
import { type Clockwork, type ClockworkSettings, clockworkOf, ordinaryClockwork } from './clockwork.ts';
import { type Corrections, correctionsOf } from './corrections.ts';
import { type Drafts, draftsOf } from './drafts.ts';
import { type Feed, feedOf } from './feed.ts';
import { type Labels, labelsOf } from './labels.ts';
import { type Messages, messagesOf } from './messages.ts';
import { type Notices, noticesOf } from './notifications.ts';
import { type Openings, openingsOf } from './opening.ts';
import type { PolicySettings } from './policy.ts';
import { type Queue, queueOf } from './queue.ts';
import { type Reading, readingOf } from './reading.ts';
import { type Reports, reportsOf } from './reports.ts';
import { type Rooms, roomsOf } from './rooms.ts';
import { type Search, searchOf } from './search.ts';
import { type Sites, sitesOf } from './sites.ts';
import { type Stats, statsOf } from './stats.ts';
import type { Storage } from './storage.ts';
import { type MessageSettings, storingOf } from './storing.ts';
import { type Whereabouts, whereaboutsOf } from './surroundings.ts';
import { type Timelines, timelinesOf } from './timeline.ts';
import { type Triage, triageOf } from './triage.ts';
import { type Typing, type TypingNotice, typingOf } from './typing.ts';
import { ordinaryQuota, type QuotaSettings, UploadQuota } from './upload-quota.ts';
import { type Views, viewsOf } from './views.ts';
import { type Visitors, visitorsOf } from './visitors.ts';
import { type Widget, widgetOf } from './widget.ts';

export interface DeskOptions {
  db: Db;
  commit: Commit;
  storage: Storage;
  /** Goes to every node's doors, this one's too; never through the database. */
  announceTyping: (notice: TypingNotice) => void;
  policy?: PolicySettings;
  messages?: MessageSettings;
  quota?: QuotaSettings;
  clockwork?: ClockworkSettings;
  /** How long nothing may be heard of an agent before they count as gone; null: as long as they like. */
  goneAfterSeconds?: number | null;
  /** The user ids of those of the team who have a socket open. */
  connected?: () => Iterable<number>;
  /** Whether accounts are ours to empty; those of a Laravel app beside us are its customers'. Guests always are. */
  ownsAccounts?: boolean;
  now?: () => number;
}

/** Everything that can be done at the desk; each part asks the policy itself, whoever calls. */
export interface Desk {
  rooms: Rooms;
  openings: Openings;
  triage: Triage;
  assignment: Assignment;
  queue: Queue;
  messages: Messages;
  corrections: Corrections;
  timelines: Timelines;
  reading: Reading;
  typing: Typing;
  attachments: Attachments;
  feed: Feed;
  search: Search;
  stats: Stats;
  notices: Notices;
  canned: CannedReplies;
  drafts: Drafts;
  labels: Labels;
  views: Views;
  visitors: Visitors;
  availabilities: Availabilities;
  clockwork: Clockwork;
  bulk: Bulk;
  reports: Reports;
  sites: Sites;
  widget: Widget;
  whereabouts: Whereabouts;
}

export function deskOf(options: DeskOptions): Desk {
  const { now = Date.now, storage, announceTyping } = options;
  const policy = options.policy ?? { agentsAssignOthers: true };
  let written = 0;
  const commit: Commit = async (work, turn) => {
    try {
      return await options.commit(work, turn);
    } finally {
      written += 1;
    }
  };
  const parts: DeskParts = { db: options.db, commit, now, policy };
  const store = storingOf({ now, messages: options.messages ?? { firstReplyTakes: true } });
  const [triage, assignment, reading] = [triageOf(parts), assignmentOf({ ...parts, store }), readingOf(parts)];
  const availabilities = availabilitiesOf({
    ...parts,
    goneAfterSeconds: options.goneAfterSeconds === undefined ? ordinaryGoneAfterSeconds : options.goneAfterSeconds,
    connected: options.connected ?? (() => []),
  });
  return {
    rooms: roomsOf(parts),
    openings: openingsOf(parts),
    triage,
    assignment,
    queue: queueOf(parts),
    messages: messagesOf({ ...parts, store }),
    corrections: correctionsOf(parts),
    timelines: timelinesOf(parts),
    reading,
    typing: typingOf({ ...parts, announceTyping }),
    attachments: attachmentsOf({ ...parts, storage, quota: new UploadQuota(options.quota ?? ordinaryQuota, now) }),
    feed: feedOf(parts),
    search: searchOf(parts),
    stats: statsOf({ ...parts, written: () => written, countOnline: availabilities.countOnline }),
    notices: noticesOf(parts),
    canned: cannedOf(parts),
    drafts: draftsOf(parts),
    labels: labelsOf(parts),
    views: viewsOf(parts),
    visitors: visitorsOf({ ...parts, ownsAccounts: options.ownsAccounts ?? true }),
    availabilities,
    reports: reportsOf(parts),
    bulk: bulkOf({ triage, assignment, reading }),
    sites: sitesOf(parts),
    widget: widgetOf(parts),
    whereabouts: whereaboutsOf(parts),
    clockwork: clockworkOf({ ...parts, clockwork: options.clockwork ?? ordinaryClockwork }),
  };
}
