import { useState } from 'react';
import { Link } from '../frame/link.tsx';
import { useSurroundings } from '../frame/surroundings.ts';
import { Confirm, type Question, useAct } from './confirm.tsx';
import { type Once, ShownOnce } from './copied.tsx';
import { FormBox, LongField, SaveBar, TextField } from './fields.tsx';
import { Loaded } from './loaded.tsx';
import { linesOf, wrongOrigin } from './origins.ts';
import { type Site, useChanged, useSetting, useSettings } from './settings-api.ts';
import { Snippet } from './snippet.tsx';
import { unsaved } from './unsaved.ts';
import { useForm } from './use-form.ts';
import { useWords } from './words.ts';

/** On whose pages the widget may open. */
export function Sites() {
  const words = useWords();
  const asked = useSetting('sites');
  const [once, setOnce] = useState<Once | null>(null);
  return (
    <>
      <p className="text-muted">{words('sites why')}</p>
      <NewSite />
      <Loaded of={asked}>
        {(sites) =>
          sites.length === 0 ? (
            <p className="text-muted">{words('no sites')}</p>
          ) : (
            <ul className="cards">
              {sites.map((site) => (
                <SiteCard key={site.domain} site={site} onSecret={setOnce} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Snippet />
      {once && <ShownOnce once={once} onClose={() => setOnce(null)} />}
    </>
  );
}

function NewSite() {
  const words = useWords();
  const { saveSite } = useSettings();
  const changed = useChanged();
  const form = useForm({
    name: 'sites new',
    saved: { domain: '', name: '' },
    told: words('added'),
    check: ({ domain }) => (isDomain(domain) ? {} : ({ domain: words('bad domain') } as Record<string, string>)),
    async save({ domain, name }: { domain: string; name: string }) {
      await saveSite(domain.trim().toLowerCase(), { name: name.trim() || null });
      await changed('sites');
    },
  });
  const { value, faults, change } = form;
  return (
    <FormBox form={form} label={words('new site')} isAdding>
      <TextField
        label={words('domain')}
        value={value.domain}
        placeholder="shop.example"
        fault={faults.domain}
        onChange={(domain) => change({ domain })}
      />
      <TextField
        label={words('called')}
        value={value.name}
        maxLength={255}
        fault={faults.name}
        onChange={(name) => change({ name })}
      />
      <button type="submit" className="button-main" disabled={form.isBusy}>
        {words('add')}
      </button>
    </FormBox>
  );
}

function SiteCard({ site, onSecret }: { site: Site; onSecret(once: Once): void }) {
  const words = useWords();
  const { way } = useSurroundings();
  const { saveSite, removeSite, renewSecret, removeSecret } = useSettings();
  const changed = useChanged();
  const act = useAct();
  const [question, setQuestion] = useState<Question | null>(null);
  const { domain, has_identity_secret: hasSecret } = site;
  const formName = `sites ${domain}`;
  const form = useForm({
    name: formName,
    saved: { name: site.name ?? '', origins: site.allowed_origins.join('\n') },
    check: ({ origins }): Record<string, string> => {
      const wrong = wrongOrigin(origins);
      return wrong === undefined ? {} : { allowed_origins: words('bad origin', { origin: wrong }) };
    },
    async save({ name, origins }: { name: string; origins: string }) {
      await saveSite(domain, { name: name.trim() || null, allowed_origins: linesOf(origins) });
      await changed('sites');
    },
  });
  const make = async () => {
    const text = await renewSecret(domain);
    await changed('sites');
    onSecret({ title: words('secret made', { domain }), why: words('secret made why'), text });
  };
  const renew = () =>
    setQuestion({
      title: words('renew secret', { domain }),
      text: words('renew secret why'),
      yes: words('renew'),
      act: make,
    });
  const forget = () =>
    setQuestion({
      title: words('remove secret', { domain }),
      text: words('remove secret why'),
      yes: words('delete'),
      async act() {
        await removeSecret(domain);
        await changed('sites');
      },
    });
  const remove = () =>
    setQuestion({
      title: words('delete what', { name: domain }),
      text: words('delete site why'),
      yes: words('delete'),
      async act() {
        await removeSite(domain);
        unsaved.drop(formName);
        await changed('sites');
      },
    });
  const own = (section: string) => `${way.hrefOf('settings', section)}?site=${encodeURIComponent(domain)}`;
  const open = (section: string) => {
    way.go('settings', section);
    way.search({ site: domain });
  };
  return (
    <li className="card" aria-label={domain}>
      <p className="flex flex-wrap items-center gap-2">
        <span className="grow font-medium [overflow-wrap:anywhere]">{domain}</span>
        {(['widget', 'hours'] as const).map((section) => (
          <Link
            key={section}
            href={own(section)}
            className="link"
            aria-label={`${words(section)}: ${domain}`}
            onFollow={() => open(section)}
          >
            {words(section)}
          </Link>
        ))}
      </p>
      <FormBox form={form} label={domain} className="grid gap-3">
        <TextField
          label={words('called')}
          value={form.value.name}
          maxLength={255}
          fault={form.faults.name}
          onChange={(name) => form.change({ name })}
        />
        <LongField
          label={words('origins')}
          hint={words('site origins hint', { domain })}
          value={form.value.origins}
          placeholder={`https://${domain}`}
          fault={form.faults.allowed_origins}
          onChange={(origins) => form.change({ origins })}
        />
        <SaveBar form={form} />
      </FormBox>
      <div className="grid gap-2">
        <p className="font-medium">{words('secret')}</p>
        <p className="text-muted">{words(hasSecret ? 'has secret' : 'no secret')}</p>
        <div className="flex flex-wrap gap-2">
          <button type="button" className="button" onClick={hasSecret ? renew : () => act(make)}>
            {words(hasSecret ? 'renew' : 'make secret')}
          </button>
          {hasSecret && (
            <button type="button" className="button" onClick={forget}>
              {words('take secret')}
            </button>
          )}
          <button
            type="button"
            className="button ms-auto"
            aria-label={`${words('delete')}: ${domain}`}
            onClick={remove}
          >
            {words('delete')}
          </button>
        </div>
      </div>
      {question && <Confirm question={question} onClose={() => setQuestion(null)} />}
    </li>
  );
}

function isDomain(text: string): boolean {
  const domain = text.trim();
  return /^[^\s/:@?#]+$/.test(domain) && URL.canParse(`https://${domain}`);
}
