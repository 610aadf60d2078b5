import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { emptyDatabaseUrl } from '../kit/database.ts';
import { register, startDesk } from '../kit/desk.ts';

const file = new URL('../../openapi.json', import.meta.url);

interface Operation {
  summary?: string;
  security?: unknown[];
  responses: Record<string, { content?: object }>;
}

t.test('the API describes itself', async (t) => {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'));
  const { json, status } = await desk.ask('GET', '/docs/json');
  t.equal(status, 200, 'to anybody');
  t.equal(json.openapi, '3.1.0');
  if (process.env.UPDATE_OPENAPI === '1') writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
  t.same(json, JSON.parse(readFileSync(file, 'utf8')), 'openapi.json is up to date: UPDATE_OPENAPI=1 writes it');

  for (const [path, methods] of Object.entries(json.paths as Record<string, Record<string, Operation>>)) {
    for (const [method, { summary, responses }] of Object.entries(methods)) {
      t.ok(summary, `${method} ${path} says what it is for`);
      t.ok(
        path.startsWith('/storage/') || Object.values(responses).some(({ content }) => content),
        `${method} ${path}`,
      );
    }
  }
  const page = await fetch(`${desk.httpUrl}/docs`);
  t.equal(page.status, 200);
  t.match(await page.text(), /swagger/i);
});

t.test('answers have what the description says', async (t) => {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'));
  const { json } = await desk.ask('GET', '/docs/json');
  const customer = await register(desk, 'Іван');
  const room = (await desk.ask('GET', '/api/chat/room', { as: customer })).json.room;
  const { json: message } = await desk.ask('POST', `/api/chat/room/${room.id}/messages`, {
    as: customer,
    body: { message: 'x' },
  });
  const fieldsOf = (shape: string) => Object.keys(json.components.schemas[shape].properties).sort();
  t.same(Object.keys(room).sort(), fieldsOf('Room'));
  t.same(
    Object.keys(message).sort(),
    fieldsOf('Message').filter((field) => !['public_seq', 'mentions'].includes(field)),
    'without what only the team sees',
  );
});
