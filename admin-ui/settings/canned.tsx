import { useState } from 'react';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { Confirm, type Question } from './confirm.tsx';
import { ChoiceField, FormBox, LongField, SaveBar, TextField } from './fields.tsx';
import { Loaded } from './loaded.tsx';
import { type Canned, type CannedForm, useChanged, useSetting, useSettings } from './settings-api.ts';
import { SiteChoice } from './site-choice.tsx';
import { unsaved } from './unsaved.ts';
import { useForm } from './use-form.ts';
import { useOpening } from './use-opening.ts';
import { useWords, type WordName } from './words.ts';

/** As the server fills them in for a room. */
const VARIABLES = ['name', 'first_name', 'email', 'phone', 'agent', 'site', 'category'] as const;

/** Replies written once: everybody's, a site's, one's own. */
export function CannedReplies() {
  const words = useWords();
  const asked = useSetting('canned');
  const { me } = useDesk();
  const groups: [WordName, (reply: Canned) => boolean][] = [
    ['canned all', ({ user_id, site_domain }) => user_id === null && site_domain === null],
    ['canned site', ({ user_id, site_domain }) => user_id === null && site_domain !== null],
    ['canned mine', ({ user_id }) => user_id !== null],
  ];
  return (
    <>
      <p className="text-muted">{words('canned why')}</p>
      <NewReply />
      <Loaded of={asked}>
        {(replies) =>
          groups.map(([title, isOf]) => {
            const own = replies.filter(isOf);
            return (
              own.length > 0 && (
                <section key={title} aria-label={words(title)} className="grid gap-3">
                  <h3 className="font-semibold">{words(title)}</h3>
                  <ul className="cards">
                    {own.map((reply) => (
                      <Reply key={reply.id} reply={reply} mayChange={reply.user_id === me.id || me.isLeading} />
                    ))}
                  </ul>
                </section>
              )
            );
          })
        }
      </Loaded>
    </>
  );
}

function useCheck() {
  const words = useWords();
  const { say } = useLanguage();
  return ({ short_code: code, text }: Pick<CannedForm, 'short_code' | 'text'>) => ({
    ...(/^\/?[^\s/]+$/.test(code.trim()) ? {} : { short_code: words('one word') }),
    ...(text.trim() === '' ? { text: say('needed') } : {}),
  });
}

function NewReply() {
  const words = useWords();
  const { me } = useDesk();
  const { addCanned } = useSettings();
  const changed = useChanged();
  const form = useForm<CannedForm>({
    name: 'canned new',
    saved: { short_code: '', text: '', scope: me.isLeading ? 'all' : 'mine' },
    told: words('added'),
    check: useCheck(),
    async save({ site_domain: site, ...reply }) {
      await addCanned(reply.scope === 'site' && site ? { ...reply, site_domain: site } : reply);
      await changed('canned');
    },
  });
  const { value, faults, change } = form;
  const scopes = [
    ['all', words('canned all')],
    ['site', words('canned site')],
    ['mine', words('canned mine')],
  ] as const;
  return (
    <FormBox form={form} label={words('new canned')} isAdding>
      <TextField
        label={words('short code')}
        hint={words('short code hint')}
        value={value.short_code}
        fault={faults.short_code}
        maxLength={64}
        onChange={(short_code) => change({ short_code })}
      />
      {me.isLeading && (
        <ChoiceField
          label={words('whose')}
          value={value.scope}
          fault={faults.scope}
          options={scopes}
          onChange={(scope) => change({ scope })}
        />
      )}
      {value.scope === 'site' && me.isAdmin && (
        <SiteChoice
          label={words('site')}
          site={value.site_domain ?? null}
          fault={faults.site_domain}
          onChange={(site) => change({ site_domain: site ?? '' })}
        />
      )}
      <Text text={value.text} fault={faults.text} onChange={(text) => change({ text })} />
      <button type="submit" className="button-main" disabled={form.isBusy}>
        {words('add')}
      </button>
    </FormBox>
  );
}

function Reply({ reply, mayChange }: { reply: Canned; mayChange: boolean }) {
  const words = useWords();
  const { say } = useLanguage();
  const { changeCanned, removeCanned } = useSettings();
  const changed = useChanged();
  const name = `canned ${reply.id}`;
  const { isOpen, opener, close } = useOpening(name);
  const [question, setQuestion] = useState<Question | null>(null);
  const form = useForm({
    name,
    saved: { short_code: reply.short_code, text: reply.text },
    check: useCheck(),
    async save(value: Pick<CannedForm, 'short_code' | 'text'>) {
      await changeCanned(reply.id, value);
      await changed('canned');
    },
  });
  const remove = () =>
    setQuestion({
      title: words('delete what', { name: `/${reply.short_code}` }),
      text: words('delete canned why'),
      yes: words('delete'),
      async act() {
        await removeCanned(reply.id);
        unsaved.drop(name);
        await changed('canned');
      },
    });
  return (
    <li className="card" aria-label={`/${reply.short_code}`}>
      <div className="card-head">
        <div>
          <p className="font-medium [overflow-wrap:anywhere]">
            /{reply.short_code}
            {reply.site_domain && <span className="chip ms-2">{reply.site_domain}</span>}
          </p>
          {!isOpen && (
            <p className="text-muted [overflow-wrap:anywhere] whitespace-pre-wrap" dir="auto">
              {reply.text}
            </p>
          )}
        </div>
        {mayChange && (
          <span className="flex flex-wrap gap-2">
            <button {...opener} className="button" aria-label={`${words('change')}: /${reply.short_code}`}>
              {words('change')}
            </button>
            <button
              type="button"
              className="button"
              aria-label={`${words('delete')}: /${reply.short_code}`}
              onClick={remove}
            >
              {words('delete')}
            </button>
          </span>
        )}
      </div>
      {isOpen && (
        <FormBox form={form} label={`/${reply.short_code}`} className="grid gap-3" onSaved={close}>
          <TextField
            label={words('short code')}
            value={form.value.short_code}
            fault={form.faults.short_code}
            maxLength={64}
            onChange={(short_code) => form.change({ short_code })}
          />
          <Text text={form.value.text} fault={form.faults.text} onChange={(text) => form.change({ text })} />
          <SaveBar form={form} />
        </FormBox>
      )}
      {question && <Confirm question={question} onClose={() => setQuestion(null)} />}
      {!mayChange && <p className="sr-only">{say('not allowed')}</p>}
    </li>
  );
}

/** The words, the names that stand for a visitor's, and how it reads with somebody's in them. */
function Text({ text, fault, onChange }: { text: string; fault: string | undefined; onChange(text: string): void }) {
  const words = useWords();
  const { me } = useDesk();
  const example: Record<string, string> = {
    name: words('example name'),
    first_name: words('example name').split(' ')[0] ?? '',
    email: 'anna@example.com',
    phone: '+380 44 123 45 67',
    agent: me.name,
    site: location.hostname,
    category: words('example category'),
  };
  const filled = text.replace(
    /\{\{\s*([a-z_.]+)\s*(?:\|[^{}]*)?\}\}/gi,
    (whole, key: string) => example[key.toLowerCase()] ?? whole,
  );
  return (
    <div className="wide grid gap-2">
      <LongField label={words('text')} value={text} rows={4} maxLength={5000} fault={fault} onChange={onChange} />
      <p className="flex flex-wrap items-center gap-1.5">
        <span className="text-muted">{words('variables')}</span>
        {VARIABLES.map((variable) => (
          <button
            key={variable}
            type="button"
            className="chip min-h-6 font-mono"
            onClick={() => onChange(`${text}${text === '' || /\s$/.test(text) ? '' : ' '}{{${variable}}}`)}
          >
            {`{{${variable}}}`}
          </button>
        ))}
      </p>
      {filled !== text && (
        <p className="rounded-lg bg-soft px-3 py-2 [overflow-wrap:anywhere] whitespace-pre-wrap">
          <span className="block text-muted text-[13px]">{words('reads')}</span>
          <span dir="auto">{filled}</span>
        </p>
      )}
    </div>
  );
}
