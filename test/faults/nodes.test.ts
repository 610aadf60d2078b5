import t from 'tap';
import { needsRedis, startRedis } from '../cluster/redis-server.ts';
import { FaultyLine } from './line.ts';
import { MariadbServer, needsMariadb } from './mariadb.ts';
import { siteOf } from './node.ts';
import { survive } from './survive.ts';

const needs = { ...needsRedis, ...needsMariadb };

t.test('two nodes, a MariaDB and a Redis', needs, async (t) => {
  const [mariadb, redis] = await Promise.all([MariadbServer.start(t), startRedis(t)]);
  const [database, ours, theirs] = [
    await FaultyLine.to(t, mariadb.port),
    await FaultyLine.to(t, redis.port),
    await FaultyLine.to(t, redis.port),
  ];
  const start = siteOf(t);
  const env = { DATABASE_URL: mariadb.url(database.port), REVERB_SCALING_ENABLED: 'true' };
  const one = await start({ ...env, REDIS_PORT: String(ours.port) });
  const two = await start({ ...env, REDIS_PORT: String(theirs.port) });
  const bases = [one.base, two.base];

  await survive(t, 'kill -9 of a node', {
    bases,
    forMs: 500,
    begin: () => one.kill(),
    end: () => one.start(),
    isServed: true,
  });
  await survive(t, 'the event loop of a node stands still for 5 s', {
    bases,
    forMs: 5000,
    begin: () => one.pause(),
    end: () => one.resume(),
  });
  await survive(t, 'kill -9 of Redis', {
    bases,
    forMs: 1000,
    begin: () => redis.kill(),
    end: () => redis.start(),
    isServed: true,
  });
  await survive(t, 'Redis stands still for 30 s', {
    bases,
    forMs: 30_000,
    begin: () => redis.pause(),
    end: () => redis.resume(),
    isServed: true,
  });
  await survive(t, 'one node is cut off from Redis, then the other', {
    bases,
    forMs: 1000,
    async begin() {
      ours.become('stalled');
      await new Promise((resolve) => setTimeout(resolve, 8000));
      ours.become('open');
      theirs.become('refusing');
    },
    end: () => theirs.become('open'),
    isServed: true,
  });
  await survive(t, 'kill -9 of MariaDB', {
    bases,
    forMs: 500,
    begin: () => mariadb.kill(),
    end: () => mariadb.start(),
  });
  await survive(t, 'MariaDB refuses', {
    bases,
    forMs: 3000,
    begin: () => database.become('refusing'),
    end: () => database.become('open'),
  });
  await survive(t, 'MariaDB takes its time', {
    bases,
    forMs: 1000,
    begin: () => database.become('slow'),
    end: () => database.become('open'),
    isServed: true,
  });
  await survive(t, 'MariaDB does not answer', {
    bases,
    forMs: 8000,
    begin: () => database.become('stalled'),
    end: () => database.become('open'),
  });
});
