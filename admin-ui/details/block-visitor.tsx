import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { troubleFrom } from '../../client/chat/trouble.ts';
import type { WireBlock } from '../../server/doors/support-api/wire-tools.ts';
import { useWords } from '../conversation/words.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { FormDialog } from '../frame/form-dialog.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';

const HOUR_MS = 3_600_000;
/** For how long; null: for good. */
const TERMS = [
  { name: 'for hour', ms: HOUR_MS },
  { name: 'for day', ms: 24 * HOUR_MS },
  { name: 'for week', ms: 7 * 24 * HOUR_MS },
  { name: 'for good', ms: null },
] as const;

/** Whether the visitor may write, and the way to change that. */
export function BlockVisitor({ room }: { room: DeskRoom }) {
  const { say, fullTime } = useLanguage();
  const word = useWords();
  const { tell } = useSurroundings();
  const { api } = useDesk();
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const path = `/api/admin/chat/rooms/${room.id}/block`;
  const { data: block } = useQuery({
    queryKey: ['block', room.visitor.id],
    queryFn: async () => {
      const { data } = await api.call<{ data: WireBlock[] }>('/api/admin/chat/blocks');
      const isTheirs = ({ kind, value, until }: WireBlock) =>
        kind === 'user' && value === String(room.visitor.id) && (until === null || Date.parse(until) > Date.now());
      return data.find(isTheirs) ?? null;
    },
    enabled: room.visitor.id > 0,
  });
  const change = async (work: Promise<unknown>): Promise<boolean> => {
    const isDone = await work.then(
      () => true,
      (error) => {
        tell(saidOf(troubleFrom(error), say));
        return false;
      },
    );
    await queries.invalidateQueries({ queryKey: ['block', room.visitor.id] });
    await queries.invalidateQueries({ queryKey: ['history', room.id] });
    return isDone;
  };
  return (
    <section aria-label={word('blocking')} className="details-section p-4">
      {block ? (
        <div className="grid grid-cols-1 gap-2">
          <p className="text-bad">
            {block.until === null
              ? word('blocked for good')
              : word('blocked until', { time: fullTime(Date.parse(block.until)) })}
          </p>
          {block.reason && (
            <p dir="auto" className="wrap-anywhere text-muted">
              {block.reason}
            </p>
          )}
          <button
            type="button"
            className="button justify-self-start"
            onClick={() => void change(api.call(path, { method: 'DELETE' }))}
          >
            {word('unblock')}
          </button>
        </div>
      ) : (
        <button type="button" className="button text-bad" onClick={() => setAsking(true)}>
          {word('block visitor')}…
        </button>
      )}
      {isAsking && (
        <BlockDialog
          name={room.visitor.name}
          onClose={() => setAsking(false)}
          onBlock={(reason, until) => change(api.call(path, { method: 'POST', body: { reason, until } }))}
        />
      )}
    </section>
  );
}

interface DialogProps {
  name: string;
  onClose(): void;
  onBlock(reason: string | null, until: string | null): Promise<boolean>;
}

function BlockDialog({ name, onClose, onBlock }: DialogProps) {
  const word = useWords();
  const [reason, setReason] = useState('');
  const [at, setAt] = useState(1);
  const block = () => {
    const ms = TERMS[at]?.ms ?? null;
    return onBlock(reason.trim() || null, ms === null ? null : new Date(Date.now() + ms).toISOString());
  };
  return (
    <FormDialog
      label={word('block visitor')}
      title={word('block whom', { name })}
      submit={word('block visitor')}
      width="28rem"
      onSubmit={block}
      onClose={onClose}
    >
      <p className="text-muted">{word('block means')}</p>
      <label className="grid grid-cols-1 gap-1">
        {word('how long')}
        <select className="field" value={at} onChange={(event) => setAt(Number(event.target.value))}>
          {TERMS.map((term, index) => (
            <option key={term.name} value={index}>
              {word(term.name)}
            </option>
          ))}
        </select>
      </label>
      <label className="grid grid-cols-1 gap-1">
        {word('reason')}
        <textarea
          dir="auto"
          rows={2}
          className="field"
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
