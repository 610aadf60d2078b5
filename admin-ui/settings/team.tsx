import { useState } from 'react';
import { useLanguage } from '../frame/surroundings.ts';
import { type Once, ShownOnce } from './copied.tsx';
import { FormBox, TextField } from './fields.tsx';
import { Loaded } from './loaded.tsx';
import { type MemberForm, useChanged, useSetting, useSettings } from './settings-api.ts';
import { SiteChoice } from './site-choice.tsx';
import { MemberCard, type Role, RoleChoice, type Show } from './team-member.tsx';
import { useForm } from './use-form.ts';
import { useWords } from './words.ts';

/** Who works here, and as what. */
export function Team() {
  const words = useWords();
  const asked = useSetting('team');
  const [once, setOnce] = useState<Once | null>(null);
  const show: Show = (name, link) =>
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
      ...(name.trim() === '' ? { name: say('needed') } : {}),
      ...(/^\S+@\S+$/.test(email.trim()) ? {} : { email: say('bad email') }),
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
      <button type="submit" className="button-main" disabled={form.isBusy}>
        {words('invite')}
      </button>
    </FormBox>
  );
}
