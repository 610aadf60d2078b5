import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { openDatabase } from '../../db/open.ts';
import { createUser } from '../../db/users.ts';
import { issueToken, ordinaryOwnerTypes } from '../../server/identity/tokens.ts';
import { type ApiAnswer, answerOf } from './api.ts';
import { echoClient } from './clients.ts';
import { Ear } from './ear.ts';
import { type RunningServer, startServer } from './server.ts';

export interface Person {
  id: number;
  name: string;
  token: string;
}

export interface Asking {
  as?: Person | string | undefined;
  /** Objects become JSON; FormData and texts go as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface RunningDesk extends RunningServer {
  databaseUrl: string;
  ask(method: string, path: string, asking?: Asking): Promise<ApiAnswer>;
}

/** Passwords that cost next to nothing, and as many requests as a test likes. */
export const UNHURRIED = {
  ARGON_MEMORY: '1024',
  ARGON_TIME: '2',
  ...Object.fromEntries(
    ['READS', 'SENDS', 'CHANGES', 'UPLOADS', 'ACCOUNTS'].map((what) => [`CHAT_${what}_PER_MINUTE`, '0']),
  ),
  CHAT_ROOMS_PER_HOUR: '0',
};

/** A server with a desk on this database, its files in a folder of their own. */
export async function startDesk(t: Test, databaseUrl: string, env: Record<string, string> = {}): Promise<RunningDesk> {
  const server = await startServer(t, {
    ...UNHURRIED,
    DATABASE_URL: databaseUrl,
    STORAGE_PATH: folderFor(t),
    ANTIPHON_DEMO: 'off',
    ...env,
  });
  return { ...server, databaseUrl, ask: (method, path, asking) => ask(server.httpUrl, method, path, asking) };
}

export function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-desk-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function ask(base: string, method: string, path: string, asking: Asking = {}): Promise<ApiAnswer> {
  const { as, body } = asking;
  const token = typeof as === 'string' ? as : as?.token;
  const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof FormData);
  const response = await fetch(base + path, {
    method,
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...asking.headers,
    },
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as string | FormData) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  });
  return answerOf(response);
}

/** A customer, through the front door. */
export async function register(desk: Pick<RunningDesk, 'ask'>, name: string): Promise<Person> {
  const email = `${crypto.randomUUID()}@example.com`;
  const { json } = await desk.ask('POST', '/api/auth/register', { body: { name, email, password: 'long enough' } });
  return { id: json.user.id, name, token: json.token };
}

/** A visitor without an account. */
export async function visit(desk: Pick<RunningDesk, 'ask'>, form: object = {}, origin?: string): Promise<Person> {
  const headers: Record<string, string> = origin === undefined ? {} : { origin };
  const { json } = await desk.ask('POST', '/api/widget/session', { body: form, headers });
  return { id: json.user.id, name: json.user.name, token: json.token };
}

/** The first admin, as the printed link makes them. */
export async function becomeAdmin(desk: RunningDesk, name = 'Олена'): Promise<Person> {
  const body = { token: desk.setUpToken, name, email: 'olena@example.com', password: 'long enough' };
  const { json } = await desk.ask('POST', '/api/auth/set-up', { body });
  return { id: json.user.id, name, token: json.token };
}

/** Somebody of the team, written into the database: there is no route that makes one. */
export async function hire(
  desk: RunningDesk,
  member: { name: string; role: 'agent' | 'supervisor' | 'admin'; siteDomain?: string },
): Promise<Person> {
  const { db, close } = openDatabase(desk.databaseUrl);
  const now = Date.now();
  const email = `${crypto.randomUUID()}@team.example`;
  const user = await createUser(db, { ...member, email, isAdmin: member.role === 'admin' }, now);
  const token = await issueToken(db, { ownerTypes: ordinaryOwnerTypes }, { userId: user.id, name: 'test' }, now);
  await close();
  return { id: user.id, name: member.name, token };
}

/** An Echo that shows this person's token, and an ear for what it is told. */
export function listen(t: Test, desk: RunningDesk, as?: Person) {
  const echo = echoClient(t, desk, {
    authEndpoint: `${desk.httpUrl}/broadcasting/auth`,
    ...(as ? { as: as.token } : {}),
  });
  return { echo, ear: new Ear() };
}

/** Resolves when the channel may be heard; rejects when it may not. */
export function heard(channel: {
  subscribed(callback: () => void): unknown;
  error(callback: (error: unknown) => void): unknown;
}): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.subscribed(resolve);
    channel.error((error) => reject(new Error(JSON.stringify(error))));
  });
}
