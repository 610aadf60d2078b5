/** As the backend wrote it: Laravel sends strings, others numbers, and clients get back what was sent. [P-9] */
export type MemberId = string | number;

export interface Member {
  readonly id: MemberId;
  /** `user_info` as JSON; undefined when the backend left it out, which harms nobody. [Q-F] */
  readonly infoJson: string | undefined;
}

/** A member as a backend describes one. */
export function memberOf(id: MemberId, info: unknown): Member {
  return { id, infoJson: info === undefined || info === null ? undefined : JSON.stringify(info) };
}

interface Presence {
  readonly member: Member;
  /** Sockets on this node. */
  sockets: number;
  /** Other nodes this user is on. */
  readonly nodes: Set<string>;
}

/**
 * Who is on a presence channel, over all nodes. A user is one member however many sockets he has, known by the text of
 * his id, with the info of his first socket.
 */
export class Roster {
  readonly #members = new Map<string, Presence>();

  get size(): number {
    return this.#members.size;
  }

  has(id: MemberId): boolean {
    return this.#members.has(String(id));
  }

  /** In the order they came. */
  ids(): MemberId[] {
    return Array.from(this.#members.values(), ({ member }) => member.id);
  }

  /** A socket of this node joins. */
  join(member: Member): { firstHere: boolean; firstAnywhere: boolean } {
    const [presence, firstAnywhere] = this.#enter(member);
    presence.sockets += 1;
    return { firstHere: presence.sockets === 1, firstAnywhere };
  }

  /** A socket of this node leaves; `gone` is the user as he was announced, when he is nowhere now. */
  leave(id: MemberId): { lastHere: boolean; gone: Member | null } {
    const presence = this.#members.get(String(id));
    if (!presence || presence.sockets === 0) return { lastHere: false, gone: null };
    presence.sockets -= 1;
    return { lastHere: presence.sockets === 0, gone: this.#forgetIfGone(presence) ? presence.member : null };
  }

  /** Another node has the user; true when he was nowhere before. */
  joinFrom(node: string, member: Member): boolean {
    const [presence, isNew] = this.#enter(member);
    presence.nodes.add(node);
    return isNew;
  }

  /** Another node has the user no more; returns him when he is nowhere now. */
  leaveFrom(node: string, id: MemberId): Member | null {
    const presence = this.#members.get(String(id));
    if (!presence?.nodes.delete(node)) return null;
    return this.#forgetIfGone(presence) ? presence.member : null;
  }

  /** `{"presence":{"count":…,"ids":[…],"hash":{…}}}`. Written as text: a user id may be `__proto__`. */
  toJson(): string {
    const ids: string[] = [];
    const hash: string[] = [];
    for (const [key, { member }] of this.#members) {
      ids.push(JSON.stringify(member.id));
      hash.push(`${JSON.stringify(key)}:${member.infoJson ?? 'null'}`);
    }
    return `{"presence":{"count":${this.#members.size},"ids":[${ids.join(',')}],"hash":{${hash.join(',')}}}}`;
  }

  #enter(member: Member): [presence: Presence, isNew: boolean] {
    const key = String(member.id);
    const known = this.#members.get(key);
    if (known) return [known, false];
    const presence: Presence = { member, sockets: 0, nodes: new Set() };
    this.#members.set(key, presence);
    return [presence, true];
  }

  #forgetIfGone(presence: Presence): boolean {
    if (presence.sockets > 0 || presence.nodes.size > 0) return false;
    this.#members.delete(String(presence.member.id));
    return true;
  }
}
