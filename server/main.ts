#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { type Config, configFrom, type Environment, namesNoApp, readEnvironment } from './config.ts';
import type { DeskConfig } from './desk-settings.ts';
import { install } from './install.ts';
import { Refusal } from './refusal.ts';
import { RestartSignal } from './restart-signal.ts';
import type { Server } from './server.ts';
import { SettingsError } from './settings.ts';

const USAGE = `Usage: antiphon <command> [options]

Commands:
  start        Serve until told to stop (the default)
  restart      Let every running node finish and exit, so that its supervisor starts it anew
  install      Write credentials into .env where it has none
  migrate      Bring the support desk's database up to date, as every start does
  user:create  Make an account: --email <address> --password <text> --name <name> [--admin]

Options of start (each also a setting):
  --host <address>      REVERB_SERVER_HOST   address to listen on
  --port <number>       REVERB_SERVER_PORT   port to listen on
  --path <prefix>       REVERB_SERVER_PATH   prefix of every path of the protocol
  --hostname <name>     REVERB_HOST          the name the server is known by
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
    debug: { type: 'boolean', default: false },
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
function environmentFor({ host, port, path, hostname }: Flags): Environment {
  const given = { REVERB_SERVER_HOST: host, REVERB_SERVER_PORT: port, REVERB_SERVER_PATH: path, REVERB_HOST: hostname };
  const flags = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...readEnvironment(process.cwd()), ...flags };
}

async function start(flags: Flags): Promise<void> {
  const found = environmentFor(flags);
  if (namesNoApp(found) && install(process.cwd(), found.REVERB_SERVER_PORT || undefined).length > 0) {
    say('   INFO  First start: wrote new credentials to .env.');
  }
  const config = configFrom(environmentFor(flags));
  // Only now: the other commands, and whoever has a setting to mend, need not wait for all of it.
  const { buildServer } = await import('./server.ts');
  const log = pino({ level: config.logLevel }, pino.destination(2));
  let setUpToken: string | null = null;
  const server = await buildServer(config, {
    log,
    debug: flags.debug ? say : null,
    onRestart: () => stop('Restarting.'),
    onSetUp: (token) => {
      setUpToken = token;
    },
  });

  let isStopping = false;
  async function stop(why: string): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    say(`   INFO  ${why}`);
    try {
      await server.close();
      process.exit(0);
    } catch (error) {
      log.fatal({ err: error }, 'could not stop in order');
      process.exit(1);
    }
  }
  let askedAt = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks again does not want to wait for the clients. At once, it is npm that repeats what the terminal said.
      if (performance.now() - askedAt > 500) process.exit(1);
      askedAt = Math.min(askedAt, performance.now());
      void stop('Gracefully terminating connections.');
    });
  }

  const ports = await server.listen();
  greet(config, ports, server.sendsBy);
  if (setUpToken !== null) explainSetUp(config, ports.port, setUpToken);
}

type Ports = Awaited<ReturnType<Server['listen']>>;

const WAYS: Record<Server['sendsBy'], string> = {
  io_uring: 'the native sender, with io_uring',
  send: 'the native sender',
  streams: 'the streams of Node',
};

function greet({ listen, apps, demo }: Config, { port, apiPort }: Ports, sendsBy: Server['sendsBy']): void {
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
  if (syscall !== 'listen') return [error.message];
  return [`Cannot listen on ${address}:${port}: ${WHY_NOT_LISTENING[code] ?? error.message} (${code}).`];
}

run().catch((error: Error) => {
  for (const line of explain(error)) process.stderr.write(`  ERROR  ${line}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}`);
  process.exit(1);
});
