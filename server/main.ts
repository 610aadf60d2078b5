#!/usr/bin/env -S node --use-largepages=silent --max-semi-space-size=4
import { parseArgs } from 'node:util';
import { type Logger, pino } from 'pino';
import { type Config, configFrom, type Environment, namesNoApp, readEnvironment } from './config.ts';
import type { DeskConfig } from './desk-settings.ts';
import { install } from './install.ts';
import { Refusal } from './refusal.ts';
import { RestartSignal } from './restart-signal.ts';
import { SettingsError } from './settings.ts';
import { onSignals } from './signals.ts';
import type { Opened } from './workers/messages.ts';
import { Place } from './workers/place.ts';

/** How long a worker may take to open: the desk may have many rows of an app to move. */
const OPENING_MS = 600_000;
/** And to stop, when its clients are gone. */
const STOPPING_MS = 15_000;

const USAGE = `Usage: antiphon <command> [options]

Commands:
  start        Serve until told to stop (the default)
  restart      Let the nodes finish and exit one after the other, so that their supervisors start them anew
  install      Write credentials into .env where it has none
  migrate      Bring the support desk's database up to date, as every start does
  user:create  Make an account: --email <address> --password <text> --name <name> [--admin]

Options of start (each also a setting):
  --host <address>      REVERB_SERVER_HOST   address to listen on
  --port <number>       REVERB_SERVER_PORT   port to listen on
  --path <prefix>       REVERB_SERVER_PATH   prefix of every path of the protocol
  --hostname <name>     REVERB_HOST          the name the server is known by
  --workers <number>    ANTIPHON_WORKERS     processes that share the port, or auto: one for each core
  --debug                                    print every message
`;

const WHY_NOT_LISTENING: Record<string, string> = {
  EADDRINUSE: 'something else listens there already',
  EACCES: 'this needs more rights',
  EADDRNOTAVAIL: 'that address is not one of this machine',
};

/** The command line makes no sense: whoever typed it is shown what does. */
class UsageError extends Error {}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const COMMAND_LINE = {
  allowPositionals: true,
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    path: { type: 'string' },
    hostname: { type: 'string' },
    workers: { type: 'string' },
    debug: { type: 'boolean', default: false },
    /** Not for people: how the process that has the port starts the others. */
    worker: { type: 'boolean', default: false },
    email: { type: 'string' },
    password: { type: 'string' },
    name: { type: 'string' },
    admin: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
} as const;

function readCommandLine() {
  try {
    return parseArgs(COMMAND_LINE);
  } catch (error) {
    throw new UsageError((error as Error).message.split(/\.\s/)[0]);
  }
}

type Flags = ReturnType<typeof readCommandLine>['values'];

/** The environment, with what the command line says over it. */
function environmentFor({ host, port, path, hostname, workers }: Flags): Environment {
  const given = {
    REVERB_SERVER_HOST: host,
    REVERB_SERVER_PORT: port,
    REVERB_SERVER_PATH: path,
    REVERB_HOST: hostname,
    ANTIPHON_WORKERS: workers,
  };
  const flags = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...readEnvironment(process.cwd()), ...flags };
}

async function start(flags: Flags): Promise<void> {
  const found = environmentFor(flags);
  const isNew = !flags.worker && namesNoApp(found);
  if (isNew && install(process.cwd(), found.REVERB_SERVER_PORT || undefined).length > 0) {
    say('   INFO  First start: wrote new credentials to .env.');
  }
  const config = configFrom(environmentFor(flags));
  const log = pino({ level: config.logLevel }, pino.destination(2));
  if (config.workers !== null && !flags.worker) return lead(config, config.workers, log);
  const place = flags.worker ? await Place.take() : null;
  // Only now: the other commands, and whoever has a setting to mend, need not wait for all of it.
  const { serve } = await import('./serve.ts');
  const opened = await serve(config, { log, debug: flags.debug ? say : null, say, place });
  if (!place) welcome(config, opened);
}

/** The process that has the port and leaves the work to others. */
async function lead(config: Config, size: number, log: Logger): Promise<void> {
  const { Crew } = await import('./workers/crew.ts');
  const stoppingMs = config.drainSeconds * 1000 + STOPPING_MS;
  const args = [...process.argv.slice(2), '--worker'];
  const crew = new Crew({ size, args, openingMs: OPENING_MS, stoppingMs, log });
  const stop = async () => {
    say('   INFO  Gracefully terminating connections.');
    await crew.stop();
    process.exit(0);
  };
  onSignals(stop, () => crew.kill());
  welcome(config, await crew.start());
  await crew.filled;
  say(`   INFO  ${size} workers share the port.`);
}

const WAYS: Record<string, string> = {
  io_uring: 'the native sender, with io_uring',
  send: 'the native sender',
  write: 'JavaScript',
  streams: 'the streams of Node',
};

function welcome(config: Config, opened: Opened): void {
  greet(config, opened);
  if (opened.setUpToken !== null) explainSetUp(config, opened.port, opened.setUpToken);
}

function greet({ listen, apps, demo }: Config, { port, apiPort, sendsBy }: Opened): void {
  const kind = listen.tls ? 'secure server' : 'server';
  const name = listen.hostname && listen.hostname !== listen.host ? ` (${listen.hostname})` : '';
  say(`   INFO  Starting ${kind} on ${listen.host}:${port}${listen.path}${name}.`);
  if (apiPort !== null) say(`         Also on ${listen.host}:${apiPort}.`);
  say(`         App key${apps.length > 1 ? 's' : ''}: ${apps.map((app) => app.key).join(', ')}`);
  say(`         Sockets are written to by ${WAYS[sendsBy]}.`);
  if (demo) say(`         See it work: ${listen.tls ? 'https' : 'http'}://localhost:${port}/`);
  say('         Press Ctrl+C to stop the server.');
}

/** After the #, so that no server and no log on the way gets to see it. */
function explainSetUp({ listen, desk }: Config, port: number, token: string): void {
  const url = desk?.publicUrl ?? `${listen.tls ? 'https' : 'http'}://localhost:${port}`;
  say('   INFO  There is no admin yet. Become the first, once:');
  say(`         ${url}/set-up#${token}`);
}

async function migrateNow(flags: Flags): Promise<void> {
  const config = deskConfigFor(flags);
  const { migrateDatabase } = await import('./desk.ts');
  const applied = await migrateDatabase(config);
  say(applied.length > 0 ? `   INFO  Applied: ${applied.join(', ')}.` : '   INFO  Nothing to migrate.');
}

async function createUser(flags: Flags): Promise<void> {
  const { email = '', password = '', name = '', admin } = flags;
  const config = deskConfigFor(flags);
  const { createAccount } = await import('./desk.ts');
  try {
    await createAccount(config, { email, password, name }, admin);
  } catch (error) {
    if (error instanceof Refusal) throw new SettingsError(Object.values(error.details.fields ?? {}).flat());
    throw error;
  }
  say(`   INFO  ${admin ? 'Admin' : 'User'} ${email} is there.`);
}

function deskConfigFor(flags: Flags): DeskConfig {
  const { desk } = configFrom(environmentFor(flags));
  if (!desk) throw new SettingsError(['CHAT_ENABLED is off: there is no support desk.']);
  return desk;
}

async function restart(flags: Flags): Promise<void> {
  const { listen, apps } = configFrom(environmentFor(flags));
  await new RestartSignal(apps).send(listen);
  say('   INFO  Broadcasting restart signal.');
}

async function run(): Promise<void> {
  const { values: flags, positionals } = readCommandLine();
  const [command = 'start', surplus] = positionals;
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one word too many.`);
  if (flags.help) return say(USAGE);
  if (command === 'start') return start(flags);
  if (command === 'restart') return restart(flags);
  if (command === 'migrate') return migrateNow(flags);
  if (command === 'user:create') return createUser(flags);
  if (command === 'install') {
    const added = install(process.cwd());
    return say(added.length > 0 ? `   INFO  Added to .env: ${added.join(', ')}.` : '   INFO  .env has all it needs.');
  }
  throw new UsageError(`There is no command "${command}".`);
}

function explain(error: Error): readonly string[] {
  if (error instanceof SettingsError) return error.problems;
  const { syscall, code = '', address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  // A worker has the primary bind.
  if (syscall !== 'listen' && syscall !== 'bind') return [error.message];
  return [`Cannot listen on ${address}:${port}: ${WHY_NOT_LISTENING[code] ?? error.message} (${code}).`];
}

run().catch((error: Error) => {
  for (const line of explain(error)) process.stderr.write(`  ERROR  ${line}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}`);
  process.exit(1);
});
