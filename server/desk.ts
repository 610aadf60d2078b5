import type { FastifyPluginAsync } from 'fastify';
import { migrate } from '../db/migrate.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { waitingInOutbox } from '../db/outbox.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { DeskConfig, LimitSettings } from './desk-settings.ts';
import { debug } from './doors/debug/routes.ts';
import type { Tail } from './doors/debug/tail.ts';
import { AfterAnswer } from './doors/support-api/after-answer.ts';
import { announcing } from './doors/support-api/announce.ts';
import { agentsChannel } from './doors/support-api/channels.ts';
import { endSocketsOf } from './doors/support-api/end-sockets.ts';
import { FileLinks } from './doors/support-api/file-links.ts';
import { Limits } from './doors/support-api/limits.ts';
import { presenterWith } from './doors/support-api/present.ts';
import { supportApi } from './doors/support-api/routes.ts';
import { type Accounts, accountsOf } from './identity/accounts.ts';
import { apiKeysOf } from './identity/api-keys.ts';
import { guestsOf } from './identity/guests.ts';
import { identify } from './identity/identify.ts';
import { passwordsAt } from './identity/passwords.ts';
import { claimSetUp, prepareSetUp } from './identity/set-up.ts';
import { siteOfOrigin } from './identity/site-of-origin.ts';
import { teamOf } from './identity/team.ts';
import { Throttle } from './identity/throttle.ts';
import { ordinaryOwnerTypes } from './identity/tokens.ts';
import type { Reading } from './metrics/metrics.ts';
import { type Commit, type CommitParts, committing } from './outbox/commit.ts';
import type { Budget } from './pusher/budgets.ts';
import type { Hub } from './pusher/hub.ts';
import { serverPublication } from './pusher/publication.ts';
import type { Pusher } from './pusher/pusher.ts';
import { deskOf } from './support/desk.ts';
import { folderStorage } from './support/storage.ts';
import { s3Storage } from './support/storage-s3.ts';
import type { TypingNotice } from './support/typing.ts';

export interface DeskOptions {
  config: DeskConfig;
  pusher: Pusher;
  cluster: Cluster;
  /** In front of the sockets' path. */
  socketPath: string;
  /** For the admins' page on what goes on inside. */
  tail: Tail;
  /** There is no admin yet: whoever has this token becomes the first. */
  onSetUp: ((token: string) => void) | null;
  /** For the metrics. */
  watch: (reading: Reading) => void;
}

const TYPING = 'desk.typing';
const RIGHTS = 'desk.rights';
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
/** How long an inbox may have been away and still be brought up to date; how long notifications are kept. */
const FEED_DAYS = 30;
const NOTICE_DAYS = 90;

/** The support desk, wired from top to bottom: database, people, rooms, and the door they are reached by. */
export const desk: FastifyPluginAsync<DeskOptions> = async (fastify, options) => {
  const { config, pusher, cluster, socketPath, tail, onSetUp, watch } = options;
  const { log } = fastify;
  const reportFault = (error: unknown) => log.error({ err: error }, 'the desk failed');
  const hub = hubOf(pusher, config.appId);

  // Its data
  const database = await openPrepared(config);
  const { db } = database;
  watch({
    name: 'antiphon_outbox_waiting',
    help: 'Promises to the outside that are not kept yet.',
    read: () => waitingInOutbox(db),
  });

  // What happens is told on the channels of one app, on every node
  const afterAnswer = new AfterAnswer(reportFault);
  const fileLinks = new FileLinks(hub.app.secret);
  const present = presenterWith(fileLinks);
  const announcer = announcing({
    publish: (channels, event, data, exceptSocket) =>
      hub.publish(channels, serverPublication(event, JSON.stringify(data)), exceptSocket ?? undefined),
    endSocketsOf: (userId, isShutOut) => {
      endSocketsOf(hub, userId, isShutOut);
      cluster.publish(RIGHTS, { userId, isShutOut });
    },
    afterAnswer,
    present,
    hasPublicChannels: config.hasPublicChannels,
  });

  cluster.onPublished(RIGHTS, (said) => {
    const { userId, isShutOut } = said as { userId: number; isShutOut: boolean };
    endSocketsOf(hub, userId, isShutOut);
  });

  // Its people and its rooms
  const { commit, accounts, passwords, tokens, ownsDatabase } = await peopleOf(database, config, {
    announce: (events) => announcer.hear(events),
    reportFault,
  });
  const rooms = deskOf({
    db,
    commit,
    storage: config.bucket ? s3Storage(config.bucket) : folderStorage(`${config.storagePath}/chat-attachments`),
    announceTyping: (notice) => {
      announcer.hearTyping(notice);
      cluster.publish(TYPING, notice);
    },
    policy: { agentsAssignOthers: config.agentsAssignOthers },
    messages: { firstReplyTakes: config.firstReplyTakes },
    quota: {
      filesPerMinute: config.limits.uploadsPerMinute || Number.MAX_SAFE_INTEGER,
      bytesPerDay: UPLOADED_BYTES_PER_DAY,
    },
    clockwork: config.passingTime,
    goneAfterSeconds: config.passingTime.goneAfterSeconds,
    connected: () => hub.channels.get(agentsChannel)?.roster?.ids().map(Number) ?? [],
    ownsAccounts: ownsDatabase,
  });
  cluster.onPublished(TYPING, (notice) => rooms.typing.heard(notice as TypingNotice));

  const identifyHere = (token: string) => identify(db, tokens, token, Date.now());
  await fastify.register(supportApi, {
    ...rooms,
    accounts,
    guests: guestsOf({ db, commit, tokens, identityMaxAgeSeconds: config.tokens.identityMaxAgeSeconds }),
    apiKeys: apiKeysOf({ db, commit }),
    team: teamOf({ db, commit, accounts, passwords, tokens }),
    setUp: (form) => claimSetUp({ db, commit, passwords, accounts }, form),
    identify: identifyHere,
    siteOf: (origin, host) => siteOfOrigin(db, origin, host),
    limits: new Limits(budgetsFrom(config.limits)),
    hub,
    socketPath,
    present,
    fileLinks,
    watchAnswers: (instance) => afterAnswer.watch(instance),
    publicUrl: config.publicUrl,
    corsOrigins: config.corsOrigins,
  });

  await fastify.register(debug, { prefix: '/api/admin/debug', pusher, tail, identify: identifyHere });

  // What is to be done now and then
  const chores = [
    every(SECOND, async () => rooms.typing.sweep(), reportFault),
    every(5 * SECOND, () => rooms.clockwork.tick(), reportFault),
    every(5 * SECOND, () => rooms.availabilities.noticeWhoLeft(), reportFault),
    every(HOUR, () => rooms.attachments.removeAbandoned(), reportFault),
    every(HOUR, () => rooms.feed.prune(Date.now() - FEED_DAYS * DAY), reportFault),
    every(HOUR, () => rooms.notices.prune(Date.now() - NOTICE_DAYS * DAY), reportFault),
  ];
  fastify.addHook('onReady', async () => {
    const token = onSetUp ? await prepareSetUp({ db, commit }, Date.now()) : undefined;
    if (token !== undefined) onSetUp?.(token);
  });
  fastify.addHook('onClose', async () => {
    await Promise.all(chores.map((stop) => stop()));
    await afterAnswer.settled();
    await database.close();
  });
};

/** Makes an account of the team, or an admin. For the command line. */
export async function createAccount(
  config: DeskConfig,
  account: { name: string; email: string; password: string },
  isAdmin: boolean,
): Promise<void> {
  const database = await openPrepared(config);
  try {
    const { accounts } = await peopleOf(database, config, { announce: () => {}, reportFault: () => {} });
    await accounts.create(account, isAdmin ? 'admin' : 'user');
  } finally {
    await database.close();
  }
}

/** Brings the database up to date and answers what was applied. For the command line. */
export async function migrateDatabase(config: DeskConfig): Promise<string[]> {
  const database = openDatabase(config.databaseUrl);
  try {
    return await migrate(database.db);
  } finally {
    await database.close();
  }
}

async function openPrepared(config: DeskConfig): Promise<Database> {
  const database = openDatabase(config.databaseUrl);
  try {
    await migrate(database.db);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Failed logins within ten minutes, by account and by address. */
const LOGINS = { windowSeconds: 600, keys: 50_000 };

async function peopleOf(
  { db }: Database,
  { tokens: settings, passwordCost }: DeskConfig,
  told: Pick<CommitParts, 'announce' | 'reportFault'>,
) {
  const commit: Commit = committing({ db, ...told });
  const passwords = passwordsAt(passwordCost);
  const tokens = { ownerTypes: ordinaryOwnerTypes, ...settings };
  // A Laravel app that shares these tables keeps its own list of migrations there.
  const ownsDatabase = !(await db.introspection.getTables()).some((table) => table.name === 'migrations');
  const accounts: Accounts = accountsOf({
    db,
    commit,
    passwords,
    tokens,
    throttles: {
      account: new Throttle({ failures: 10, ...LOGINS }),
      address: new Throttle({ failures: 100, ...LOGINS }),
    },
    ownsDatabase,
  });
  return {
    commit,
    accounts,
    passwords,
    ownsDatabase,
    tokens: { ...tokens, guestLifetimeSeconds: settings.guestLifetimeSeconds },
  };
}

function hubOf(pusher: Pusher, appId: string | null): Hub {
  const hub = appId === null ? [...pusher.hubs][0] : pusher.byId(appId);
  if (!hub) throw new Error(`CHAT_APP_ID names an app that is not there: ${appId}`);
  return hub;
}

const UPLOADED_BYTES_PER_DAY = 200 * 1024 * 1024;

function budgetsFrom(limits: LimitSettings) {
  const budget = (perMinute: number, burst = perMinute): Budget | null =>
    perMinute === 0 ? null : { burst, perHour: perMinute * 60 };
  const { sendsPerMinute, roomsPerHour } = limits;
  return {
    read: budget(limits.readsPerMinute),
    change: budget(limits.changesPerMinute),
    send: budget(sendsPerMinute, sendsPerMinute + 10),
    account: budget(limits.accountsPerMinute),
    room: roomsPerHour === 0 ? null : { burst: roomsPerHour, perHour: roomsPerHour },
  };
}

/** Does the work again and again, never twice at once. Answers what stops it, which waits for what is under way. */
function every(milliseconds: number, work: () => Promise<unknown>, reportFault: (error: unknown) => void) {
  let underWay: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    underWay ??= work()
      .catch(reportFault)
      .finally(() => {
        underWay = undefined;
      });
  }, milliseconds);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}
