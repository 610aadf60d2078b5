import { useState } from 'react';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { ColourField } from './colour-field.tsx';
import { inkOn, isColour } from './colours.ts';
import { Confirm, type Question } from './confirm.tsx';
import { FormBox, SaveBar, TextField } from './fields.tsx';
import { Loaded } from './loaded.tsx';
import { type Label, useChanged, useSetting, useSettings } from './settings-api.ts';
import { unsaved } from './unsaved.ts';
import { useForm } from './use-form.ts';
import { useOpening } from './use-opening.ts';
import { useWords } from './words.ts';

/** What conversations are sorted by. */
export function Labels() {
  const words = useWords();
  const asked = useSetting('labels');
  return (
    <>
      <p className="text-muted">{words('labels why')}</p>
      <NewLabel />
      <Loaded of={asked}>
        {(labels) =>
          labels.length === 0 ? (
            <p className="text-muted">{words('no labels')}</p>
          ) : (
            <ul className="cards">
              {labels.map((label) => (
                <LabelCard key={label.id} label={label} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

type Value = Omit<Label, 'id'>;

function useCheck() {
  const words = useWords();
  const { say } = useLanguage();
  return ({ name, color }: Value) => ({
    ...(name.trim() === '' ? { name: say('needed') } : {}),
    ...(isColour(color) ? {} : { color: words('bad colour') }),
  });
}

function NewLabel() {
  const words = useWords();
  const { addLabel } = useSettings();
  const changed = useChanged();
  const form = useForm<Value>({
    name: 'labels new',
    saved: { name: '', color: '#64748b' },
    told: words('added'),
    check: useCheck(),
    async save(label) {
      await addLabel(label);
      await changed('labels');
    },
  });
  return (
    <FormBox form={form} label={words('new label')} isAdding>
      <LabelFields form={form} />
      <button type="submit" className="button-main" disabled={form.isBusy}>
        {words('add')}
      </button>
    </FormBox>
  );
}

function LabelFields({ form: { value, faults, change } }: { form: ReturnType<typeof useForm<Value>> }) {
  const words = useWords();
  return (
    <>
      <TextField
        label={words('called')}
        value={value.name}
        fault={faults.name}
        maxLength={64}
        onChange={(name) => change({ name })}
      />
      <ColourField
        label={words('colour')}
        value={value.color}
        fault={faults.color}
        onChange={(color) => change({ color })}
      />
    </>
  );
}

function Sample({ name, color }: Value) {
  return (
    <span
      className="inline-block rounded-full px-2.5 py-0.5 font-medium [overflow-wrap:anywhere]"
      style={{ background: color, color: inkOn(color) }}
      dir="auto"
    >
      {name}
    </span>
  );
}

function LabelCard({ label }: { label: Label }) {
  const words = useWords();
  const { me } = useDesk();
  const { changeLabel, removeLabel } = useSettings();
  const changed = useChanged();
  const formName = `labels ${label.id}`;
  const { isOpen, opener, close } = useOpening(formName);
  const [question, setQuestion] = useState<Question | null>(null);
  const form = useForm<Value>({
    name: formName,
    saved: { name: label.name, color: label.color },
    check: useCheck(),
    async save(value) {
      await changeLabel(label.id, value);
      await changed('labels');
    },
  });
  const remove = () =>
    setQuestion({
      title: words('delete what', { name: label.name }),
      text: words('delete label why'),
      yes: words('delete'),
      async act() {
        await removeLabel(label.id);
        unsaved.drop(formName);
        await changed('labels');
      },
    });
  const { value } = form;
  return (
    <li className="card" aria-label={label.name}>
      <div className="card-head items-center">
        <span>
          <Sample name={value.name || label.name} color={isColour(value.color) ? value.color : label.color} />
        </span>
        <span className="flex flex-wrap gap-2">
          <button {...opener} className="button" aria-label={`${words('change')}: ${label.name}`}>
            {words('change')}
          </button>
          {me.isLeading && (
            <button type="button" className="button" aria-label={`${words('delete')}: ${label.name}`} onClick={remove}>
              {words('delete')}
            </button>
          )}
        </span>
      </div>
      {isOpen && (
        <FormBox form={form} label={label.name} className="grid gap-3" onSaved={close}>
          <LabelFields form={form} />
          <SaveBar form={form} />
        </FormBox>
      )}
      {question && <Confirm question={question} onClose={() => setQuestion(null)} />}
    </li>
  );
}
