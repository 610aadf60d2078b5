import { useState } from 'react';
import { Avatar } from '../frame/avatar.tsx';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { Confirm, type Question, useAct } from './confirm.tsx';
import { type Once, ShownOnce } from './copied.tsx';
import { ChoiceField, FormBox, TextField } from './fields.tsx';
import { Loaded } from './loaded.tsx';
import { type Member, type MemberForm, useChanged, useSetting, useSettings } from './settings-api.ts';
import { SiteChoice } from './site-choice.tsx';
import { useForm } from './use-form.ts';
import { useWords } from './words.ts';

const ROLES = ['agent', 'supervisor', 'admin'] as const;
type Role = (typeof ROLES)[number];

/** Who works here, and as what. */
export function Team() {
  const words = useWords();
  const asked = useSetting('team');
  const [once, setOnce] = useState<Once | null>(null);
  const show = (name: string, link: string) =>
    setOnce({ title: words('invite link'), why: words('invite link why', { name }), text: link });
  return (
    <>
      <p className="text-muted">{words('team why')}</p>
      <Invite onInvited={show} />
      <Loaded of={asked}>
        {(team) => (
          <ul className="cards">
            {team.map((member) => (
              <MemberCard key={member.id} member={member} team={team} onInvited={show} />
            ))}
          </ul>
        )}
      </Loaded>
      {once && <ShownOnce once={once} onClose={() => setOnce(null)} />}
    </>
  );
}

type Show = (name: string, link: string) => void;

const nobody: MemberForm = { name: '', email: '', role: 'agent', site_domain: null };

function Invite({ onInvited }: { onInvited: Show }) {
  const words = useWords();
  const { say } = useLanguage();
  const { invite } = useSettings();
  const changed = useChanged();
  const form = useForm<MemberForm>({
    name: 'team new',
    saved: nobody,
    told: words('invited'),
    check: ({ name, email }) => ({
      ...(name.trim() === '' ? { name: words('needed') } : {}),
      ...(/^\S+@\S+$/.test(email.trim()) ? {} : { email: words('bad email') }),
    }),
    async save(member) {
      const { invite_url: link } = await invite(member);
      await changed('team');
      onInvited(member.name, link);
    },
  });
  const { value, faults, change } = form;
  return (
    <FormBox form={form} label={words('invite')} isAdding>
      <TextField
        label={words('name')}
        value={value.name}
        fault={faults.name}
        isRequired
        onChange={(name) => change({ name })}
      />
      <TextField
        label={say('email')}
        type="email"
        value={value.email}
        fault={faults.email}
        isRequired
        onChange={(email) => change({ email })}
      />
      <RoleChoice role={value.role as Role} fault={faults.role} onChange={(role) => change({ role })} />
      <SiteChoice
        label={words('works on')}
        site={value.site_domain}
        fault={faults.site_domain}
        onChange={(site_domain) => change({ site_domain })}
      />
      <button type="submit" className="button-main self-end justify-self-start" disabled={form.isBusy}>
        {words('invite')}
      </button>
    </FormBox>
  );
}

function RoleChoice(props: {
  role: Role;
  fault?: string | undefined;
  isDisabled?: boolean;
  hint?: string;
  onChange(role: Role): void;
}) {
  const words = useWords();
  const { role, ...field } = props;
  return (
    <ChoiceField
      label={words('role')}
      value={role}
      options={ROLES.map((each) => [each, words(`role ${each}`)] as const)}
      {...field}
    />
  );
}

function MemberCard({ member, team, onInvited }: { member: Member; team: Member[]; onInvited: Show }) {
  const words = useWords();
  const { say } = useLanguage();
  const { me } = useDesk();
  const { changeMember, inviteAgain } = useSettings();
  const changed = useChanged();
  const act = useAct();
  const [question, setQuestion] = useState<Question | null>(null);
  const { id, name, email, role, is_blocked: isBlocked, invited } = member;
  const isLastAdmin =
    role === 'admin' &&
    !isBlocked &&
    !team.some((other) => other.id !== id && other.role === 'admin' && !other.is_blocked);
  const why = id === me.id ? words('yourself') : isLastAdmin ? words('last admin') : undefined;
  const set = (what: Parameters<typeof changeMember>[1]) =>
    act(async () => {
      await changeMember(id, what);
      await changed('team');
    }, words('saved'));
  const block = () =>
    setQuestion({
      title: words('block who', { name }),
      text: words('block why'),
      yes: words('block'),
      act: () => set({ is_blocked: true }),
    });
  const again = () =>
    act(async () => {
      onInvited(name, await inviteAgain(id));
      await changed('team');
    });
  return (
    <li className="card" aria-label={name}>
      <div className="flex min-w-0 items-center gap-3">
        <Avatar id={id} name={name} />
        <div className="min-w-0 grow">
          <p className="flex flex-wrap items-center gap-x-2 font-medium" dir="auto">
            <span className="break-words [overflow-wrap:anywhere]">{name}</span>
            {invited && <span className="chip">{words('is invited')}</span>}
            {isBlocked && (
              <span className="chip" data-is="urgent">
                {words('is blocked')}
              </span>
            )}
          </p>
          <p className="text-muted [overflow-wrap:anywhere]">{email}</p>
        </div>
      </div>
      <div className="card-fields">
        <RoleChoice
          role={role as Role}
          isDisabled={why !== undefined}
          {...(why ? { hint: why } : {})}
          onChange={(next) => set({ role: next })}
        />
        <SiteChoice
          label={words('works on')}
          site={member.site_domain}
          onChange={(site_domain) => set({ site_domain })}
        />
      </div>
      <div className="flex flex-wrap gap-2">
        <button type="button" className="button" aria-label={`${words('new link')}: ${name}`} onClick={again}>
          {words('new link')}
        </button>
        {isBlocked ? (
          <button
            type="button"
            className="button"
            aria-label={`${words('unblock')}: ${name}`}
            onClick={() => set({ is_blocked: false })}
          >
            {words('unblock')}
          </button>
        ) : (
          why === undefined && (
            <button type="button" className="button" aria-label={`${words('block')}: ${name}`} onClick={block}>
              {words('block')}
            </button>
          )
        )}
      </div>
      {question && <Confirm question={question} onClose={() => setQuestion(null)} />}
      <span className="sr-only">{say(member.availability)}</span>
    </li>
  );
}
