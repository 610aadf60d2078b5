import { useState } from 'react';
import { useLanguage } from '../frame/surroundings.ts';
import { Confirm, type Question, useAct } from './confirm.tsx';
import { type Once, ShownOnce } from './copied.tsx';
import { ChoiceField, FormBox, LongField, TextField } from './fields.tsx';
import { Loaded } from './loaded.tsx';
import { linesOf, wrongOrigin } from './origins.ts';
import { type ApiKey, type KeyForm, useChanged, useSetting, useSettings } from './settings-api.ts';
import { SiteChoice } from './site-choice.tsx';
import { useForm } from './use-form.ts';
import { useWords } from './words.ts';

/** With which programs speak to the desk. */
export function Keys() {
  const words = useWords();
  const asked = useSetting('keys');
  const [once, setOnce] = useState<Once | null>(null);
  return (
    <>
      <p className="text-muted">{words('keys why')}</p>
      <NewKey onMade={setOnce} />
      <Loaded of={asked}>
        {(keys) =>
          keys.length === 0 ? (
            <p className="text-muted">{words('no keys')}</p>
          ) : (
            <ul className="cards">
              {keys.map((key) => (
                <KeyCard key={key.id} apiKey={key} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {once && <ShownOnce once={once} onClose={() => setOnce(null)} />}
    </>
  );
}

type Value = Omit<KeyForm, 'allowed_origins'> & { origins: string };

function NewKey({ onMade }: { onMade(once: Once): void }) {
  const words = useWords();
  const { say } = useLanguage();
  const { addKey } = useSettings();
  const changed = useChanged();
  const form = useForm<Value>({
    name: 'keys new',
    saved: { name: '', kind: 'server', origins: '', site_domain: null },
    told: words('added'),
    check: ({ name, kind, origins }) => {
      const wrong = kind === 'publishable' ? wrongOrigin(origins) : undefined;
      return {
        ...(name.trim() === '' ? { name: say('needed') } : {}),
        ...(wrong === undefined ? {} : { allowed_origins: words('bad origin', { origin: wrong }) }),
      };
    },
    async save({ origins, ...key }) {
      const made = await addKey({ ...key, allowed_origins: key.kind === 'publishable' ? linesOf(origins) : [] });
      await changed('keys');
      const text =
        made.api_secret === null ? made.api_key : `X-API-Key: ${made.api_key}\nX-API-Secret: ${made.api_secret}`;
      onMade({ title: words('key made', { name: made.name }), why: words('key made why'), text });
    },
  });
  const { value, faults, change } = form;
  return (
    <FormBox form={form} label={words('new key')} isAdding>
      <TextField
        label={words('called')}
        value={value.name}
        fault={faults.name}
        maxLength={255}
        onChange={(name) => change({ name })}
      />
      <ChoiceField
        label={words('kind')}
        value={value.kind}
        fault={faults.kind}
        hint={words(`kind ${value.kind} why`)}
        options={(['server', 'publishable'] as const).map((kind) => [kind, words(`kind ${kind}`)] as const)}
        onChange={(kind) => change({ kind })}
      />
      <SiteChoice
        label={words('site')}
        site={value.site_domain}
        fault={faults.site_domain}
        onChange={(site_domain) => change({ site_domain })}
      />
      {value.kind === 'publishable' && (
        <LongField
          label={words('origins')}
          hint={words('origins hint')}
          value={value.origins}
          fault={faults.allowed_origins}
          placeholder="https://shop.example"
          onChange={(origins) => change({ origins })}
        />
      )}
      <button type="submit" className="button-main" disabled={form.isBusy}>
        {words('add')}
      </button>
    </FormBox>
  );
}

function KeyCard({ apiKey }: { apiKey: ApiKey }) {
  const words = useWords();
  const { day } = useLanguage();
  const { toggleKey, removeKey } = useSettings();
  const changed = useChanged();
  const act = useAct();
  const [question, setQuestion] = useState<Question | null>(null);
  const { id, name, kind, api_key: text, is_active: isActive, last_used_at: usedAt, site_domain: site } = apiKey;
  const remove = () =>
    setQuestion({
      title: words('delete what', { name }),
      text: words('delete key why'),
      yes: words('delete'),
      async act() {
        await removeKey(id);
        await changed('keys');
      },
    });
  const toggle = () =>
    act(async () => {
      await toggleKey(id);
      await changed('keys');
    }, words('saved'));
  return (
    <li className="card" aria-label={name}>
      <p className="flex flex-wrap items-center gap-2 font-medium">
        <span className="[overflow-wrap:anywhere]" dir="auto">
          {name}
        </span>
        <span className="chip">{words(`kind ${kind}`)}</span>
        {site && <span className="chip">{site}</span>}
        {!isActive && (
          <span className="chip" data-is="urgent">
            {words('switched off')}
          </span>
        )}
      </p>
      <p className="font-mono text-[13px] [overflow-wrap:anywhere]">{text}</p>
      <p className="text-muted">
        {usedAt ? words('last used', { day: day(Date.parse(usedAt), Date.now()) }) : words('never used')}
      </p>
      <div className="flex flex-wrap gap-2">
        <button
          type="button"
          role="switch"
          aria-checked={isActive}
          className="button"
          aria-label={`${words('active')}: ${name}`}
          onClick={toggle}
        >
          {words(isActive ? 'switch off' : 'switch on')}
        </button>
        <button type="button" className="button" aria-label={`${words('delete')}: ${name}`} onClick={remove}>
          {words('delete')}
        </button>
      </div>
      {question && <Confirm question={question} onClose={() => setQuestion(null)} />}
    </li>
  );
}
