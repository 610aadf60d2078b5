import { useState } from 'react';
import { Avatar } from '../frame/avatar.tsx';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { Confirm, type Question, useAct } from './confirm.tsx';
import { ChoiceField, FormBox, SaveBar, TextField } from './fields.tsx';
import { type Member, type MemberForm, useChanged, useSettings } from './settings-api.ts';
import { SiteChoice } from './site-choice.tsx';
import { useForm } from './use-form.ts';
import { useOpening } from './use-opening.ts';
import { useWords } from './words.ts';

const ROLES = ['agent', 'supervisor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Shows the link that lets somebody in. */
export type Show = (name: string, link: string) => void;

export function RoleChoice(props: {
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

/** One of the team: what they are called, as what they work, and on what. */
export function MemberCard({ member, team, onInvited }: { member: Member; team: Member[]; onInvited: Show }) {
  const words = useWords();
  const { say } = useLanguage();
  const { me } = useDesk();
  const { changeMember, inviteAgain } = useSettings();
  const changed = useChanged();
  const act = useAct();
  const [question, setQuestion] = useState<Question | null>(null);
  const naming = useOpening(nameFormOf(member));
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
      {naming.isOpen && <NameForm member={member} onSaved={naming.close} />}
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
        <button {...naming.opener} className="button" aria-label={`${say('rename')}: ${name}`}>
          {say('rename')}
        </button>
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

const nameFormOf = ({ id }: Member) => `team ${id}`;

/** What visitors and colleagues see them called. */
function NameForm({ member, onSaved }: { member: Member; onSaved(): void }) {
  const words = useWords();
  const { say } = useLanguage();
  const { changeMember } = useSettings();
  const changed = useChanged();
  const form = useForm<Pick<MemberForm, 'name'>>({
    name: nameFormOf(member),
    saved: { name: member.name },
    check: ({ name }) => (name.trim() === '' ? { name: say('needed') } : {}),
    async save({ name }) {
      await changeMember(member.id, { name });
      await changed('team');
    },
  });
  const { value, faults, change } = form;
  return (
    <FormBox form={form} label={member.name} className="grid gap-3" onSaved={onSaved}>
      <TextField
        label={words('name')}
        value={value.name}
        fault={faults.name}
        maxLength={255}
        isRequired
        onChange={(name) => change({ name })}
      />
      <SaveBar form={form} />
    </FormBox>
  );
}
