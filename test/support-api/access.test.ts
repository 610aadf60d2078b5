import t from 'tap';
import { emptyDatabaseUrl } from '../kit/database.ts';
import { becomeAdmin, hire, type Person, register, startDesk, visit } from '../kit/desk.ts';

/**
 * Every route of the API description × everybody who may come along. A route that is not in the table fails the test:
 * who adds one says here who may use it.
 */

const EVERYBODY = [
  'no token',
  'bad token',
  'stranger',
  'guest',
  'owner',
  'agent elsewhere',
  'agent',
  'supervisor',
  'admin',
] as const;
type Who = (typeof EVERYBODY)[number];

const signedIn: Who[] = ['stranger', 'guest', 'owner', 'agent elsewhere', 'agent', 'supervisor', 'admin'];
const inRoom: Who[] = ['owner', 'agent', 'supervisor', 'admin'];
const team: Who[] = ['agent elsewhere', 'agent', 'supervisor', 'admin'];
const roomTeam: Who[] = ['agent', 'supervisor', 'admin'];
const seniors: Who[] = ['supervisor', 'admin'];
const everybody: Who[] = [...EVERYBODY];

interface Route {
  /** `METHOD path` as the API description has it. */
  route: string;
  allowed: Who[];
  body?: object;
  query?: string;
}

const ROOM = '/api/chat/room/{room}';
const TEAM_ROOM = '/api/admin/chat/rooms/{room}';
const auth = { socket_id: '1.2', channel_name: 'private-chat.{room}' };
const authQuery = 'socket_id=1.2&channel_name=private-chat.{room}';

const TABLE: Route[] = [
  { route: 'POST /api/auth/register', allowed: everybody },
  { route: 'POST /api/auth/login', allowed: everybody },
  { route: 'POST /api/auth/set-up', allowed: everybody },
  { route: 'POST /api/auth/invitation', allowed: everybody },
  { route: 'POST /api/widget/session', allowed: everybody },
  { route: 'GET /widget/settings', allowed: everybody },
  { route: 'GET /api/auth/me', allowed: signedIn },
  { route: 'GET /api/chat/room', allowed: signedIn },
  { route: 'GET /api/chat/rooms', allowed: signedIn },
  { route: 'POST /api/chat/upload', allowed: signedIn },
  { route: 'GET /api/notifications', allowed: signedIn },
  { route: 'POST /api/notifications/read-all', allowed: signedIn },
  { route: 'POST /api/notifications/{id}/read', allowed: signedIn },

  { route: `GET ${ROOM}`, allowed: inRoom },
  { route: `GET ${ROOM}/messages`, allowed: inRoom },
  { route: `POST ${ROOM}/messages`, allowed: inRoom, body: { message: 'x' } },
  { route: `PATCH ${ROOM}/messages/{message}`, allowed: ['owner'], body: { message: 'y' } },
  { route: `DELETE ${ROOM}/messages/{message}`, allowed: ['owner', 'supervisor', 'admin'] },
  { route: `POST ${ROOM}/read`, allowed: inRoom },
  { route: `POST ${ROOM}/delivered`, allowed: inRoom, body: {} },
  { route: `POST ${ROOM}/typing`, allowed: inRoom, body: { is_typing: true } },
  { route: `POST ${ROOM}/close`, allowed: inRoom },
  { route: `POST ${ROOM}/reopen`, allowed: inRoom },
  { route: `POST ${ROOM}/pages`, allowed: ['owner'], body: { url: 'https://shop.example/' } },
  { route: `GET ${ROOM}/files`, allowed: inRoom },
  { route: `GET ${ROOM}/draft`, allowed: inRoom },
  { route: `PUT ${ROOM}/draft`, allowed: inRoom, body: { text: 'x' } },

  { route: 'GET /api/admin/chat/rooms', allowed: team },
  { route: 'GET /api/admin/chat/stats', allowed: team },
  { route: 'GET /api/admin/chat/search', allowed: team, query: 'q=word' },
  { route: 'GET /api/admin/chat/changes', allowed: team },
  { route: 'GET /api/admin/chat/queue', allowed: team },
  { route: 'GET /api/admin/chat/agents', allowed: team },
  { route: 'PUT /api/admin/chat/availability', allowed: team, body: { availability: 'online' } },
  { route: 'GET /api/admin/chat/labels', allowed: team },
  { route: 'POST /api/admin/chat/labels', allowed: team, body: { name: 'x' } },
  { route: 'PATCH /api/admin/chat/labels/{id}', allowed: team, body: { name: 'x' } },
  { route: 'DELETE /api/admin/chat/labels/{id}', allowed: seniors },
  { route: 'GET /api/admin/chat/canned', allowed: team },
  { route: 'POST /api/admin/chat/canned', allowed: team, body: { short_code: 'x', text: 'x' } },
  { route: 'PATCH /api/admin/chat/canned/{id}', allowed: team, body: { text: 'x' } },
  { route: 'DELETE /api/admin/chat/canned/{id}', allowed: team },
  { route: 'GET /api/admin/chat/canned/{id}/expand', allowed: team, query: 'room={room}' },
  { route: 'GET /api/admin/chat/drafts', allowed: team },
  { route: 'GET /api/admin/chat/views', allowed: team },
  { route: 'POST /api/admin/chat/views', allowed: team, body: { name: 'x', query: {} } },
  { route: 'PATCH /api/admin/chat/views/{id}', allowed: team, body: { name: 'y' } },
  { route: 'DELETE /api/admin/chat/views/{id}', allowed: team },
  { route: 'GET /api/admin/chat/blocks', allowed: team },
  { route: 'POST /api/admin/chat/blocks', allowed: team, body: { ip: '203.0.113.9' } },
  { route: 'DELETE /api/admin/chat/blocks/{ip}', allowed: team },
  { route: 'GET /api/admin/chat/widget', allowed: ['admin'] },
  { route: 'PUT /api/admin/chat/widget', allowed: ['admin'], body: { look: {} } },
  { route: 'GET /api/admin/chat/sites', allowed: ['admin'] },
  { route: 'PUT /api/admin/chat/sites/{domain}', allowed: ['admin'], body: {} },
  { route: 'DELETE /api/admin/chat/sites/{domain}', allowed: ['admin'] },
  { route: 'POST /api/admin/chat/sites/{domain}/identity-secret', allowed: ['admin'] },
  { route: 'DELETE /api/admin/chat/sites/{domain}/identity-secret', allowed: ['admin'] },
  { route: 'POST /api/admin/chat/bulk', allowed: team, body: { rooms: [1], action: 'read' } },
  { route: 'GET /api/admin/chat/reports', allowed: team, query: 'from=2026-01-01&to=2026-01-31' },
  { route: 'GET /api/admin/chat/reports.csv', allowed: team, query: 'from=2026-01-01&to=2026-01-31' },
  { route: 'GET /api/settings/api-keys', allowed: ['admin'] },
  { route: 'POST /api/settings/api-keys', allowed: ['admin'], body: { name: 'x' } },
  { route: 'DELETE /api/settings/api-keys/{id}', allowed: ['admin'] },
  { route: 'PATCH /api/settings/api-keys/{id}/toggle', allowed: ['admin'] },
  { route: 'GET /api/admin/chat/team', allowed: ['admin'] },
  {
    route: 'POST /api/admin/chat/team',
    allowed: ['admin'],
    body: { name: 'x', email: 'x@team.example', role: 'agent' },
  },
  { route: 'PATCH /api/admin/chat/team/{user}', allowed: ['admin'], body: { name: 'x' } },
  { route: 'POST /api/admin/chat/team/{user}/invite', allowed: ['admin'] },
  { route: 'GET /api/admin/chat/audit', allowed: ['admin'] },
  { route: 'GET /api/admin/chat/visitors/{user}/export', allowed: ['admin'] },
  { route: 'DELETE /api/admin/chat/visitors/{user}', allowed: ['admin'] },

  { route: `GET ${TEAM_ROOM}`, allowed: roomTeam },
  { route: `GET ${TEAM_ROOM}/opening`, allowed: roomTeam, query: 'details=1&socket_id=1.2' },
  { route: `GET ${TEAM_ROOM}/history`, allowed: roomTeam },
  { route: `GET ${TEAM_ROOM}/messages`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/messages`, allowed: roomTeam, body: { message: 'x' } },
  { route: `PATCH ${TEAM_ROOM}/messages/{message}`, allowed: [], body: { message: 'y' } },
  { route: `DELETE ${TEAM_ROOM}/messages/{message}`, allowed: seniors },
  { route: `POST ${TEAM_ROOM}/notes`, allowed: roomTeam, body: { message: 'x' } },
  { route: `POST ${TEAM_ROOM}/assign`, allowed: roomTeam, body: { admin_id: 1 } },
  { route: `POST ${TEAM_ROOM}/take`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/unassign`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/status`, allowed: roomTeam, body: { status: 'open' } },
  { route: `POST ${TEAM_ROOM}/priority`, allowed: roomTeam, body: { priority: 'low' } },
  { route: `POST ${TEAM_ROOM}/category`, allowed: roomTeam, body: { category: 'x' } },
  { route: `POST ${TEAM_ROOM}/subject`, allowed: roomTeam, body: { subject: 'x' } },
  { route: `POST ${TEAM_ROOM}/resolve`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/close`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/reopen`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/snooze`, allowed: roomTeam, body: { until: 'reply' } },
  { route: `POST ${TEAM_ROOM}/archive`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/unarchive`, allowed: roomTeam },
  { route: `POST ${TEAM_ROOM}/unread`, allowed: roomTeam },
  { route: `PUT ${TEAM_ROOM}/labels`, allowed: roomTeam, body: { labels: [] } },
  { route: `DELETE ${TEAM_ROOM}/block`, allowed: roomTeam },

  { route: 'POST /api/broadcasting/auth', allowed: inRoom, body: auth },
  { route: 'GET /api/broadcasting/auth', allowed: inRoom, query: authQuery },
  { route: 'POST /broadcasting/auth', allowed: inRoom, body: auth },
  { route: 'GET /broadcasting/auth', allowed: inRoom, query: authQuery },
  { route: 'POST /api/broadcasting/user-auth', allowed: signedIn, body: auth },
  { route: 'GET /api/broadcasting/user-auth', allowed: signedIn, query: authQuery },
  { route: 'POST /broadcasting/user-auth', allowed: signedIn, body: auth },
  { route: 'GET /broadcasting/user-auth', allowed: signedIn, query: authQuery },
  { route: 'GET /storage/chat-attachments/{*}', allowed: signedIn },

  // Last, for what they do to the room and to who asks.
  { route: `POST ${TEAM_ROOM}/block`, allowed: roomTeam, body: {} },
  { route: `DELETE ${TEAM_ROOM}`, allowed: ['admin'] },
  { route: 'POST /api/auth/logout', allowed: signedIn },
];

t.test('every route, and everybody', async (t) => {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'));
  const admin = await becomeAdmin(desk);
  const site = 'https://shop.example';
  const people: Record<Who, Person | string | undefined> = {
    'no token': undefined,
    'bad token': '1|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    stranger: await register(desk, 'Чужа'),
    guest: await visit(desk, {}, site),
    owner: await visit(desk, { name: 'Власник' }, site),
    'agent elsewhere': await hire(desk, { name: 'Здалеку', role: 'agent', siteDomain: 'other.example' }),
    agent: await hire(desk, { name: 'Агент', role: 'agent', siteDomain: 'shop.example' }),
    supervisor: await hire(desk, { name: 'Старша', role: 'supervisor' }),
    admin,
  };
  const owner = people.owner as Person;
  const room = (await desk.ask('GET', '/api/chat/room', { as: owner })).json.room.id;
  const message = (await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: owner, body: { message: 'x' } }))
    .json.id;
  const filledIn = (text: string) =>
    text
      .replaceAll('{room}', String(room))
      .replaceAll('{message}', String(message))
      .replaceAll('{id}', '00000000-0000-7000-8000-000000000000')
      .replaceAll('{user}', '999999')
      .replaceAll('{domain}', 'nowhere.example')
      .replaceAll('{ip}', '203.0.113.9')
      .replaceAll('{*}', '2026/01/00000000000000000000000000000000.png');

  await t.test('the table names every route there is', async (t) => {
    const { json } = await desk.ask('GET', '/docs/json');
    const described = Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    t.same(TABLE.map(({ route }) => route).sort(), described.sort());
  });

  for (const { route, allowed, body, query } of TABLE) {
    await t.test(route, async (t) => {
      const [method = '', path = ''] = route.split(' ');
      for (const who of EVERYBODY) {
        const { status, json } = await desk.ask(method, `${filledIn(path)}${query ? `?${filledIn(query)}` : ''}`, {
          as: people[who],
          ...(body ? { body: JSON.parse(filledIn(JSON.stringify(body))) } : {}),
        });
        if (allowed.includes(who)) {
          // What the rules of the forms and the rows say is another matter.
          t.ok(status < 500 && ![401, 403].includes(status), `${who}: ${status} ${json?.message ?? ''}`);
        } else if (who === 'no token' || who === 'bad token') {
          const isLink = path.startsWith('/storage/');
          t.equal(status, isLink ? 403 : 401, who);
          if (!isLink) t.match(json, { message: 'Unauthenticated.' });
        } else {
          t.equal(status, 403, `${who}: ${JSON.stringify(json)}`);
          t.match(json.message, /unauthorized|edited/, who);
        }
      }
    });
  }
});
