import { readFileSync } from 'node:fs';
import t from 'tap';
import { call, publish } from '../kit/api.ts';
import { eventually } from '../kit/ear.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect } from '../kit/socket.ts';

/** What Prometheus reads: each series with its value. */
async function scrape({ metricsPort }: RunningServer): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

t.test('what went on shows at /metrics', async (t) => {
  const server = await startServer(t, { ANTIPHON_METRICS_PORT: '0' });
  const app = `{app="${server.app.id}"}`;
  const [ann, ben] = [await connect(t, server), await connect(t, server)];
  for (const socket of [ann, ben]) {
    socket.send({ event: 'pusher:subscribe', data: { channel: 'orders' } });
    await socket.nextEvent('pusher_internal:subscription_succeeded');
  }
  ann.send('nonsense');
  await ann.nextEvent('pusher:error');
  await publish(server, { name: 'shipped', channel: 'orders', data: '{}' });
  for (const socket of [ann, ben]) await socket.nextEvent('shipped');
  await publish(server, { name: 'shipped', channel: 'orders', data: '{}', socket_id: ann.socketId });
  const { data } = await ben.nextEvent('shipped');

  const read = await scrape(server);
  const figure = (name: string) => read.get(`${name}${app}`);
  t.equal(figure('antiphon_sockets'), 2);
  t.equal(figure('antiphon_channels'), 1);
  t.equal(figure('antiphon_sockets_opened_total'), 2);
  t.equal(figure('antiphon_messages_received_total'), 3);
  t.equal(figure('antiphon_messages_refused_total'), 1);
  t.equal(figure('antiphon_events_published_total'), 2);
  t.equal(figure('antiphon_events_delivered_total'), 3, 'who published it got it once');
  const frame = JSON.stringify({ event: 'shipped', data, channel: 'orders' });
  t.equal(figure('antiphon_delivered_bytes_total'), 3 * Buffer.byteLength(frame));
  t.equal(read.get('antiphon_cluster_reachable'), 1);
  t.equal(read.get('antiphon_outbox_waiting'), 0);
  t.ok((read.get('nodejs_eventloop_lag_p99_seconds') ?? -1) >= 0, 'the loop’s lag');
  t.ok((read.get('process_resident_memory_bytes') ?? 0) > 0);

  await call(server, 'GET', '/apps/123456/channels');
  await fetch(`${server.httpUrl}/nowhere`);
  await eventually('requests counted by door', async () => {
    const later = await scrape(server);
    return (
      later.get('antiphon_http_request_seconds_count{door="pusher-api",status="2xx"}') &&
      later.get('antiphon_http_request_seconds_count{door="none",status="4xx"}')
    );
  });

  const counted = await scrape(server);
  const bucket = (le: string) =>
    counted.get(`antiphon_http_request_seconds_bucket{le="${le}",door="pusher-api",status="2xx"}`);
  const count = counted.get('antiphon_http_request_seconds_count{door="pusher-api",status="2xx"}') ?? 0;
  t.ok(count >= 3, `${count} requests`);
  t.equal(bucket('+Inf'), count);
  t.equal(bucket('5'), count, 'none took longer than the last bound');
  t.ok((bucket('0.0001') ?? -1) <= (bucket('0.001') ?? -1), 'each bucket holds those before it');
  t.ok((counted.get('antiphon_http_request_seconds_sum{door="pusher-api",status="2xx"}') ?? 0) > 0);

  ann.ws.close();
  await eventually('one socket less', async () => {
    const later = await scrape(server);
    return later.get(`antiphon_sockets${app}`) === 1 && later.get(`antiphon_sockets_closed_total${app}`) === 1;
  });
});

t.test('there is nothing else on that port, and without the setting no port', async (t) => {
  const server = await startServer(t, { ANTIPHON_METRICS_PORT: '0', CHAT_ENABLED: 'off' });
  const base = `http://127.0.0.1:${server.metricsPort}`;
  t.equal((await fetch(`${base}/apps`)).status, 404);
  t.equal((await fetch(`${base}/metrics`, { method: 'POST' })).status, 405);
  t.equal((await fetch(`${server.httpUrl}/metrics`)).status, 404, 'strangers at the front door see no figures');
  t.notOk((await scrape(server)).has('antiphon_outbox_waiting'), 'no desk, no outbox');
  const other = await startServer(t);
  t.equal(other.metricsPort, null);
});

t.test('the dashboard asks for nothing that is not there', async (t) => {
  const dashboard = readFileSync('deploy/grafana.json', 'utf8');
  const asked = new Set(dashboard.match(/\b(?:antiphon|nodejs|process)_[a-z_0-9]+/g));
  t.ok(asked.size > 15);
  const server = await startServer(t, { ANTIPHON_METRICS_PORT: '0' });
  await call(server, 'GET', '/apps/123456/channels');
  const given = await eventually('the request counted', async () => {
    const names = new Set(Array.from((await scrape(server)).keys(), (series) => series.replace(/\{.*/, '')));
    return names.has('antiphon_http_request_seconds_bucket') && names;
  });
  t.same(
    [...asked].filter((name) => !given.has(name)),
    [],
  );
});
