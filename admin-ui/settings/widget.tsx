import { lazy, Suspense } from 'react';
import { languageNames, locales } from '../texts/texts.ts';
import { ColourField } from './colour-field.tsx';
import { isColour } from './colours.ts';
import { FaqFields } from './faq-fields.tsx';
import type { Faults } from './faults.ts';
import { ChoiceField, Fault, FormBox, LongField, SaveBar, TextField, Tick } from './fields.tsx';
import { Loaded } from './loaded.tsx';
import { ASKED, formOf, type LookForm, lookOf } from './look-form.ts';
import { ScopeChoice, useScope } from './scope.tsx';
import { type Look, useChanged, useSetting, useSettings } from './settings-api.ts';
import { Snippet } from './snippet.tsx';
import { useForm } from './use-form.ts';
import { useWords } from './words.ts';

const Preview = lazy(() => import('./preview.tsx'));

/** How the widget looks and what it says, on every site or on one. */
export function WidgetLook() {
  const scope = useScope();
  const defaults = useSetting('widget');
  const sites = useSetting('sites');
  return (
    <>
      <ScopeChoice />
      <Loaded of={defaults}>
        {({ look }) =>
          scope === null ? (
            <LookEditor key="" domain={null} look={look} inherited={{}} />
          ) : (
            <Loaded of={sites}>
              {(known) => {
                const own = known.find(({ domain }) => domain === scope)?.look ?? null;
                return <LookEditor key={scope} domain={scope} look={own} inherited={look} />;
              }}
            </Loaded>
          )
        }
      </Loaded>
    </>
  );
}

function useCheck() {
  const words = useWords();
  return ({ color, faq, replyMinutes }: LookForm): Faults => ({
    ...(color === '' || isColour(color) ? {} : { 'look.color': words('bad colour') }),
    ...(replyMinutes === '' || (Number.isInteger(Number(replyMinutes)) && Number(replyMinutes) >= 1)
      ? {}
      : { 'look.reply_minutes': words('bad minutes') }),
    ...(faq.some(({ question, answer }) => question.trim() === '' || answer.trim() === '')
      ? { 'look.faq': words('bad faq') }
      : {}),
  });
}

function LookEditor({ domain, look, inherited }: { domain: string | null; look: Look | null; inherited: Look }) {
  const words = useWords();
  const { setWidget } = useSettings();
  const changed = useChanged();
  const form = useForm<LookForm>({
    name: `widget ${domain ?? ''}`,
    saved: formOf(look),
    check: useCheck(),
    async save(value) {
      const next = lookOf(value);
      await setWidget(domain, { look: domain !== null && Object.keys(next).length === 0 ? null : next });
      await changed('widget', 'sites');
    },
  });
  const { value, faults, change } = form;
  const above = formOf(inherited);
  const asAll = words('as all sites');
  const unset = (otherwise: string) => (domain === null ? otherwise : asAll);
  const shown = value.color && isColour(value.color) ? value : { ...value, color: '' };
  return (
    <div className="look">
      <FormBox form={form} label={words('widget')} className="look-form">
        <fieldset className="group">
          <legend>{words('appearance')}</legend>
          <ColourField
            label={words('colour')}
            value={value.color}
            fault={faults['look.color']}
            {...(above.color ? { otherwise: above.color } : {})}
            onChange={(color) => change({ color })}
          />
          <ChoiceField
            label={words('theme')}
            value={value.theme}
            options={[
              ['', unset(words('theme auto'))],
              ...(domain === null ? [] : [['auto', words('theme auto')] as const]),
              ['light', words('theme light')],
              ['dark', words('theme dark')],
            ]}
            onChange={(theme) => change({ theme })}
          />
          <ChoiceField
            label={words('corner')}
            value={value.side}
            options={[
              ['', unset(words('side end'))],
              ...(domain === null ? [] : [['end', words('side end')] as const]),
              ['start', words('side start')],
            ]}
            onChange={(side) => change({ side })}
          />
          <ChoiceField
            label={words('language')}
            value={value.locale}
            options={[
              ['', unset(words('as page'))],
              ...locales.map((locale) => [locale, languageNames[locale]] as const),
            ]}
            onChange={(locale) => change({ locale })}
          />
        </fieldset>
        <fieldset className="group">
          <legend>{words('says')}</legend>
          <TextField
            label={words('title')}
            value={value.title}
            placeholder={above.title}
            maxLength={100}
            fault={faults['look.title']}
            onChange={(title) => change({ title })}
          />
          <TextField
            label={words('reply minutes')}
            hint={words('reply minutes hint')}
            type="number"
            value={value.replyMinutes}
            placeholder={above.replyMinutes}
            fault={faults['look.reply_minutes']}
            onChange={(replyMinutes) => change({ replyMinutes })}
          />
          <LongField
            className="wide"
            label={words('greeting')}
            value={value.greeting}
            placeholder={above.greeting}
            maxLength={500}
            fault={faults['look.greeting']}
            onChange={(greeting) => change({ greeting })}
          />
          <LongField
            className="wide"
            label={words('topics')}
            hint={words('topics hint')}
            value={value.topics}
            placeholder={above.topics}
            fault={faults['look.topics']}
            onChange={(topics) => change({ topics })}
          />
        </fieldset>
        <fieldset className="group">
          <legend>{words('faq')}</legend>
          <FaqFields faq={value.faq} onChange={(faq) => change({ faq })} />
          <Fault faults={faults} of="look.faq" />
        </fieldset>
        <fieldset className="group">
          <legend>{words('ask')}</legend>
          <p className="wide text-muted">{words('ask why')}</p>
          <p className="wide flex flex-wrap gap-x-5">
            {ASKED.map((field) => (
              <Tick
                key={field}
                label={words(`ask ${field}`)}
                isOn={value.ask.includes(field)}
                onChange={(isOn) =>
                  change({ ask: ASKED.filter((each) => (each === field ? isOn : value.ask.includes(each))) })
                }
              />
            ))}
          </p>
          <TextField
            label={words('category')}
            hint={words('category hint')}
            value={value.category}
            placeholder={above.category}
            maxLength={100}
            fault={faults['look.category']}
            onChange={(category) => change({ category })}
          />
        </fieldset>
        <SaveBar form={form} />
      </FormBox>
      <div className="look-side">
        <Suspense fallback={<div className="preview-frame" />}>
          <Preview look={{ ...inherited, ...lookOf(shown) }} />
        </Suspense>
        <Snippet />
      </div>
    </div>
  );
}
