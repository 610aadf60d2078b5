import Database from 'better-sqlite3';
import type { Test } from 'tap';
import type { Environment } from '../../server/config.ts';
import { answerOf } from '../kit/api.ts';
import { type RunningServer, startServer } from '../kit/server.ts';

export interface SeenMessage {
  id: number;
  seq: number;
  message: string;
  is_admin: boolean;
  read_at: string | null;
  attachments: { name: string; type: string }[] | null;
}

/** A server with a desk on a file of its own, and one of the team who answers over the REST API. */
export interface Desk {
  server: RunningServer;
  url: string;
  /** The newest room anybody has written to. */
  room(): Promise<number>;
  messages(room: number): Promise<SeenMessage[]>;
  /** Whoever answers is called something else from now on. */
  rename(name: string): Promise<void>;
  /** Where the team sees this visitor. */
  visitor(room: number): Promise<{ pages: { url: string; title: string }[] }>;
  say(room: number, text: string): Promise<void>;
  post(path: string, body?: object): Promise<void>;
  remove(path: string): Promise<void>;
  change(method: 'PUT' | 'PATCH', path: string, body: object): Promise<void>;
  /** Fills a room without asking the server, which would take its time. */
  fill(room: number, count: number): void;
  stop(): Promise<void>;
  /** The same server again: its port, its data. */
  startAgain(): Promise<void>;
}

export async function startDesk(t: Test, env: Environment = {}): Promise<Desk> {
  const folder = t.testdir({});
  const settings = {
    DATABASE_URL: `sqlite:${folder}/desk.sqlite`,
    STORAGE_PATH: folder,
    CHAT_SENDS_PER_MINUTE: '0',
    CHAT_ACCOUNTS_PER_MINUTE: '0',
    CHAT_ROOMS_PER_HOUR: '0',
    ARGON_MEMORY: '64',
    ARGON_TIME: '1',
    ...env,
  };
  let server = await startServer(t, settings);
  const { port, httpUrl: url } = server;
  const ask = async (path: string, body?: object, token?: string) => {
    const response = await fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(20_000),
    });
    const { json, text } = await answerOf(response);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return json;
  };
  const form = { name: 'Olena', email: 'olena@example.com', password: 'correct horse' };
  const { user, token } = await ask('/api/auth/register', form);
  const withDatabase = (work: (database: Database.Database) => void) => {
    const database = new Database(`${folder}/desk.sqlite`);
    work(database);
    database.close();
  };
  const change: Desk['change'] = async (method, path, body) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(20_000);
    const response = await fetch(url + path, { method, headers, body: JSON.stringify(body), signal });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  withDatabase((database) => database.prepare("update users set is_admin = 1, role = 'admin'").run());

  return {
    get server() {
      return server;
    },
    url,
    async room() {
      const { data } = await ask('/api/admin/chat/rooms', undefined, token);
      if (!data[0]) throw new Error('nobody has written yet');
      return data[0].id;
    },
    async messages(room) {
      return (await ask(`/api/chat/room/${room}/messages?peek=1&limit=200&after_seq=0`, undefined, token)).data;
    },
    rename: (name) => change('PATCH', `/api/admin/chat/team/${user.id}`, { name }),
    async visitor(room) {
      return (await ask(`/api/admin/chat/rooms/${room}`, undefined, token)).visitor;
    },
    say: (room, text) => ask(`/api/chat/room/${room}/messages`, { message: text }, token),
    post: (path, body = {}) => ask(path, body, token),
    async remove(path) {
      const { ok, status } = await fetch(url + path, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
      });
      if (!ok) throw new Error(`${path}: ${status}`);
    },
    change,
    fill(room, count) {
      withDatabase((database) => {
        const row = database.prepare('select id, last_seq from support_chat_rooms where public_id = ?').get(room) as {
          id: number;
          last_seq: number;
        };
        const insert = database.prepare(
          `insert into support_chat_messages (chat_room_id, user_id, message, type, is_admin, created_at, updated_at, sent_at, uuid, seq, public_seq)
           values (?, ?, ?, 'text', 1, ?, ?, ?, ?, ?, ?)`,
        );
        const begin = Date.now() - count * 60_000;
        database.transaction(() => {
          for (let number = 1; number <= count; number += 1) {
            const seq = row.last_seq + number;
            const at = new Date(begin + number * 60_000).toISOString().replace('T', ' ').replace('Z', '');
            const text = `Line ${seq}${number % 7 === 0 ? `: ${'and so it goes on '.repeat(12)}` : ''}`;
            insert.run(row.id, user.id, text, at, at, at, crypto.randomUUID(), seq, seq);
          }
          database
            .prepare('update support_chat_rooms set last_seq = ?, last_public_seq = ?, last_sent_ms = ? where id = ?')
            .run(row.last_seq + count, row.last_seq + count, Date.now(), row.id);
        })();
      });
    },
    stop: () => server.stop(),
    async startAgain() {
      server = await startServer(t, { ...settings, REVERB_SERVER_PORT: String(port) });
    },
  };
}

/** Asks until it is so; past the deadline it throws with what there was. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found> | Found,
  isSo: (found: Found) => boolean,
): Promise<Found> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (isSo(found)) return found;
    if (Date.now() > deadline) throw new Error(`never ${what}; there was: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
