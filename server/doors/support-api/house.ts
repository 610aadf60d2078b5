import type { FastifyInstance } from 'fastify';
import type { Accounts, SignedIn } from '../../identity/accounts.ts';
import type { ApiKeys } from '../../identity/api-keys.ts';
import type { Guests } from '../../identity/guests.ts';
import type { Team } from '../../identity/team.ts';
import type { Form } from '../../identity/validation.ts';
import type { Hub } from '../../pusher/hub.ts';
import type { Desk } from '../../support/desk.ts';
import type { AuthenticateOptions } from './authenticate.ts';
import type { FileLinks } from './file-links.ts';
import type { Presenter } from './present.ts';

/** What this door asks of the house. */
export interface House extends Desk, AuthenticateOptions {
  accounts: Accounts;
  guests: Guests;
  team: Team;
  apiKeys: ApiKeys;
  /** Makes the first admin of a new server. */
  setUp(form: Form): Promise<SignedIn['user']>;
  /** The site whose page a request comes from; undefined when pages of that origin may not open the widget. */
  siteOf(origin: string | undefined, host: string): Promise<string | undefined>;
  /** Whose channels the desk speaks on, and what stands before the path of its sockets. */
  hub: Hub;
  socketPath: string;
  present: Presenter;
  fileLinks: FileLinks;
  /** Requests whose answers announcements wait for. */
  watchAnswers(fastify: FastifyInstance): void;
  /** Where people open this server; null: as each request says. */
  publicUrl: string | null;
  /** Origins whose pages may call; `*` for any. */
  corsOrigins: readonly string[];
}
