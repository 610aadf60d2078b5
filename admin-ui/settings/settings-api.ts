import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { WireLabel } from '../../server/doors/support-api/wire.ts';
import type {
  WireApiKey,
  WireHours,
  WireLook,
  WireNewApiKey,
  WireSite,
  WireTeamMember,
  WireWidgetDefaults,
} from '../../server/doors/support-api/wire-settings.ts';
import type { WireCannedResponse } from '../../server/doors/support-api/wire-tools.ts';
import type { DeskApi } from '../desk/desk-api.ts';
import { useDesk } from '../frame/surroundings.ts';

export type Look = WireLook;
export type Hours = WireHours;
export type Site = WireSite;
export type Member = WireTeamMember;
export type Canned = WireCannedResponse;
export type Label = WireLabel;
export type ApiKey = WireApiKey;

/** A form's fields are the wire's own, so that what the server finds wrong with them can be said where they stand. */
export type MemberForm = { name: string; email: string; role: Member['role']; site_domain: string | null };
export type CannedForm = { short_code: string; text: string; scope: 'mine' | 'site' | 'all'; site_domain?: string };
export type KeyForm = {
  name: string;
  kind: ApiKey['kind'];
  allowed_origins: string[];
  site_domain: string | null;
};

type Settings = ReturnType<typeof settingsOf>;

function settingsOf({ call }: Pick<DeskApi, 'call'>) {
  const chat = '/api/admin/chat';
  const read = async <Kind>(path: string) => (await call<{ data: Kind }>(path)).data;
  const write = <Answer = unknown>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object) =>
    call<Answer>(path, body ? { method, body } : { method });
  const siteAt = (domain: string, rest = '') => `${chat}/sites/${encodeURIComponent(domain)}${rest}`;
  const keys = '/api/settings/api-keys';
  return {
    team: () => read<Member[]>(`${chat}/team`),
    invite: (body: MemberForm) => write<{ data: Member; invite_url: string }>('POST', `${chat}/team`, body),
    changeMember: (id: number, body: Partial<MemberForm & { is_blocked: boolean }>) =>
      write('PATCH', `${chat}/team/${id}`, body),
    inviteAgain: async (id: number) =>
      (await write<{ invite_url: string }>('POST', `${chat}/team/${id}/invite`)).invite_url,

    canned: () => read<Canned[]>(`${chat}/canned`),
    addCanned: (body: CannedForm) => write('POST', `${chat}/canned`, body),
    changeCanned: (id: string, body: Pick<CannedForm, 'short_code' | 'text'>) =>
      write('PATCH', `${chat}/canned/${id}`, body),
    removeCanned: (id: string) => write('DELETE', `${chat}/canned/${id}`),

    labels: () => read<Label[]>(`${chat}/labels`),
    addLabel: (body: Omit<Label, 'id'>) => write('POST', `${chat}/labels`, body),
    changeLabel: (id: string, body: Omit<Label, 'id'>) => write('PATCH', `${chat}/labels/${id}`, body),
    removeLabel: (id: string) => write('DELETE', `${chat}/labels/${id}`),

    widget: () => read<WireWidgetDefaults>(`${chat}/widget`),
    /** `domain` null: what holds for every site that says nothing of its own. */
    setWidget: (domain: string | null, body: { look?: Look | null; hours?: Hours | null }) =>
      write('PUT', domain === null ? `${chat}/widget` : siteAt(domain), body),
    sites: () => read<Site[]>(`${chat}/sites`),
    saveSite: (domain: string, body: Partial<Pick<Site, 'name' | 'allowed_origins'>>) =>
      write('PUT', siteAt(domain), body),
    removeSite: (domain: string) => write('DELETE', siteAt(domain)),
    renewSecret: async (domain: string) =>
      (await write<{ data: { identity_secret: string } }>('POST', siteAt(domain, '/identity-secret'))).data
        .identity_secret,
    removeSecret: (domain: string) => write('DELETE', siteAt(domain, '/identity-secret')),

    keys: () => read<ApiKey[]>(keys),
    addKey: async (body: KeyForm) => (await write<{ data: WireNewApiKey }>('POST', keys, body)).data,
    toggleKey: (id: string) => write('PATCH', `${keys}/${id}/toggle`),
    removeKey: (id: string) => write('DELETE', `${keys}/${id}`),
  };
}

export function useSettings(): Settings {
  const { api } = useDesk();
  return useMemo(() => settingsOf(api), [api]);
}

/** What can be asked for; the rest of the panel has its own copies of some, which become stale with these. */
interface Answers {
  team: Member[];
  canned: Canned[];
  labels: Label[];
  widget: WireWidgetDefaults;
  sites: Site[];
  keys: ApiKey[];
}
export type Asked = keyof Answers;

export function useSetting<Name extends Asked>(name: Name, isEnabled = true) {
  const ask: { [Each in Asked]: () => Promise<Answers[Each]> } = useSettings();
  return useQuery<Answers[Name]>({ queryKey: ['settings', name], queryFn: ask[name], enabled: isEnabled });
}

/** Has it asked for again, after it was changed. */
export function useChanged(): (...names: Asked[]) => Promise<unknown> {
  const queries = useQueryClient();
  return (...names) =>
    Promise.all(
      names.flatMap((name) => [
        queries.invalidateQueries({ queryKey: ['settings', name] }),
        queries.invalidateQueries({ queryKey: [name] }),
      ]),
    );
}
