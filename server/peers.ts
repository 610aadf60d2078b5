import type { Cluster, ClusterLog } from './cluster/cluster.ts';
import type { App } from './pusher/app.ts';
import type { Hub } from './pusher/hub.ts';
import type { Fact, PeerMessage, Peers } from './pusher/peers.ts';
import type { Publication } from './pusher/publication.ts';
import type { Pusher } from './pusher/pusher.ts';
import type { Member, MemberId } from './pusher/roster.ts';

/*
 * What the apps of different nodes say to each other, in the cluster's words.
 *
 *   topic `app:<app id>`, payload: a PeerMessage
 *   {"type":"event","channels":["orders"],"publication":{"from":"server","eventJson":"\"Shipped\"","dataJson":"\"{}\"","isAscii":true},"exceptSocketId":"1.2"}
 *   {"type":"terminate","userId":"7"}
 *   {"type":"took","what":"events","address":"192.0.2.1","cost":2}
 *
 *   topic `recall:<app id>`, to a node that asks what there is: the last event of a cache channel, by the clock on the wall
 *   {"channel":"cache-prices","publication":{…},"at":1763730000000}
 *
 *   entries: the key names the app and what the value is about
 *   ["<app id>","connected"]                          sockets
 *   ["<app id>","subscribed"]                         sockets that are on a channel
 *   ["<app id>","subscriptions","orders"]             subscriptions of the channel
 *   ["<app id>","member","presence-room","7"]         {"id":"7","infoJson":"{…}"}
 *   ["<app id>","user","7"]                           true: signed in
 */

/** Of one app's cache channels; the oldest are left out. */
const MAX_RECALLED_BYTES = 16 * 1024 * 1024;

const NOBODY: Peers = { forward() {}, share() {} };

/** The other nodes as one app sees them. */
export function peersOf(cluster: Cluster, app: App): Peers {
  if (cluster.isAlone) return NOBODY;
  const topic = topicOf(app.id);
  return {
    forward: (message) => cluster.publish(topic, message),
    share: (fact) => cluster.share(keyOf(app.id, fact), fact.value),
  };
}

/** From now on each app hears what its peers on other nodes say. What makes no sense is logged and ignored. */
export function joinPeers(cluster: Cluster, pusher: Pusher, log: ClusterLog): void {
  for (const hub of pusher.hubs) {
    recallTo(cluster, hub, log);
    cluster.onPublished(topicOf(hub.app.id), (payload, node) => {
      const message = peerMessageIn(payload);
      if (message) hub.hear(message);
      else log.warn({ node, app: hub.app.id }, 'Ignored what another node said of an app');
    });
  }
  cluster.onShared((node, key, value) => {
    if (key.startsWith('node:')) return; // of the node itself
    const [appId, ...about] = partsOf(key);
    const fact = factFrom(about, value);
    // An app this node does not have is of no interest to it.
    if (fact) pusher.byId(appId ?? '')?.learn(node, fact);
    else log.warn({ node, key }, 'Ignored an entry of another node');
  });
}

/** What cache channels remember: it counts for nodes that come later too. [P-11] */
function recallTo(cluster: Cluster, hub: Hub, log: ClusterLog): void {
  const { app, cache } = hub;
  const topic = `recall:${app.id}`;
  cluster.onAsked(function* () {
    for (const { channel, publication, ageMs } of cache.recall(MAX_RECALLED_BYTES, hub.now())) {
      yield [topic, { channel, publication, at: Math.round(Date.now() - ageMs) }];
    }
  });
  cluster.onPublished(topic, (payload, node) => {
    const { channel, publication, at } = isObject(payload) ? payload : {};
    const said = publicationIn(publication);
    if (typeof channel !== 'string' || !said || !Number.isSafeInteger(at)) {
      return log.warn({ node, app: app.id }, 'Ignored what another node recalled of an app');
    }
    const ageMs = Math.max(0, Date.now() - (at as number));
    cache.restore({ channel, publication: said, ageMs }, hub.now());
  });
}

function topicOf(appId: string): string {
  return `app:${appId}`;
}

function keyOf(appId: string, fact: Fact): string {
  switch (fact.kind) {
    case 'connected':
    case 'subscribed':
      return JSON.stringify([appId, fact.kind]);
    case 'subscriptions':
      return JSON.stringify([appId, fact.kind, fact.channel]);
    case 'member':
      return JSON.stringify([appId, fact.kind, fact.channel, fact.userId]);
    case 'user':
      return JSON.stringify([appId, fact.kind, fact.userId]);
  }
}

function partsOf(key: string): string[] {
  try {
    const parts: unknown = JSON.parse(key);
    return isTexts(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** `about` is the key without its app; null when they do not fit each other. */
function factFrom([kind, first, second]: string[], value: unknown): Fact | null {
  switch (kind) {
    case 'connected':
    case 'subscribed':
      return isCountOrNull(value) ? { kind, value } : null;
    case 'subscriptions':
      return first !== undefined && isCountOrNull(value) ? { kind, channel: first, value } : null;
    case 'member': {
      if (first === undefined || second === undefined) return null;
      const member = value === null ? null : memberIn(value);
      return member === undefined ? null : { kind, channel: first, userId: second, value: member };
    }
    case 'user':
      return first !== undefined && (value === true || value === null) ? { kind, userId: first, value } : null;
    default:
      return null;
  }
}

function memberIn(value: unknown): Member | undefined {
  if (!isObject(value)) return undefined;
  const { id, infoJson } = value;
  return isMemberId(id) && isAbsentOrText(infoJson) ? { id, infoJson } : undefined;
}

function peerMessageIn(payload: unknown): PeerMessage | null {
  if (!isObject(payload)) return null;
  const { type, userId, channels, exceptSocketId } = payload;
  if (type === 'terminate') return typeof userId === 'string' ? { type, userId } : null;
  if (type === 'took') return takingIn(payload);
  const publication = publicationIn(payload.publication);
  if (type !== 'event' || !isTexts(channels) || !publication || !isAbsentOrText(exceptSocketId)) return null;
  return { type, channels, publication, ...(exceptSocketId === undefined ? {} : { exceptSocketId }) };
}

function takingIn({ what, address, cost }: Record<string, unknown>): PeerMessage | null {
  const isKnown = what === 'events' || what === 'handshakes';
  return isKnown && typeof address === 'string' && isCountOrNull(cost) && cost !== null
    ? { type: 'took', what, address, cost }
    : null;
}

function publicationIn(value: unknown): Publication | null {
  if (!isObject(value)) return null;
  const { from, event, data, userId, eventJson, dataJson, isAscii } = value;
  if (from === 'server') {
    const isWhole = typeof eventJson === 'string' && typeof dataJson === 'string' && typeof isAscii === 'boolean';
    return isWhole ? { from, eventJson, dataJson, isAscii } : null;
  }
  if (from !== 'client' || typeof event !== 'string' || !(userId === undefined || isMemberId(userId))) return null;
  return { from, event, data, userId };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isAbsentOrText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isMemberId(value: unknown): value is MemberId {
  return typeof value === 'string' || typeof value === 'number';
}

function isCountOrNull(value: unknown): value is number | null {
  return value === null || (Number.isSafeInteger(value) && (value as number) >= 0);
}
