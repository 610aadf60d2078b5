import { type FormEvent, useState } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { useTeam } from '../frame/availability.ts';
import { Dialog } from '../frame/dialog.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import type { RoomActions } from './actions.ts';
import { useWords } from './words.ts';

const NOTE_AT_MOST = 5000;

/** Gives the room to a colleague, with a note of what they should know. */
export default function HandOver({
  room,
  actions,
  onClose,
}: {
  room: DeskRoom;
  actions: RoomActions;
  onClose(): void;
}) {
  const { say } = useLanguage();
  const word = useWords();
  const team = useTeam().filter(({ id }) => id !== room.assignee?.id);
  const [agent, setAgent] = useState<number | null>(null);
  const [note, setNote] = useState('');
  const [isBusy, setBusy] = useState(false);
  const chosen = agent ?? team[0]?.id;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === undefined) return;
    setBusy(true);
    // What could not be handed over is still written here.
    if (await actions.handOver(chosen, note)) onClose();
    setBusy(false);
  };
  return (
    <Dialog label={say('hand over')} className="w-[min(30rem,94vw)]" onClose={onClose}>
      <form className="grid grid-cols-1 gap-4 p-5" onSubmit={(event) => void submit(event)}>
        <h2 className="text-base font-semibold">{say('hand over')}</h2>
        <label className="grid grid-cols-1 gap-1">
          {word('to whom')}
          <select className="field" value={chosen} onChange={(event) => setAgent(Number(event.target.value))}>
            {team.map(({ id, name, availability }) => (
              <option key={id} value={id}>
                {name} · {say(availability)}
              </option>
            ))}
          </select>
        </label>
        <label className="grid grid-cols-1 gap-1">
          {word('hand over note')}
          <textarea
            dir="auto"
            rows={4}
            className="field note-field"
            maxLength={NOTE_AT_MOST}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        <span className="flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {say('cancel')}
          </button>
          <button type="submit" className="button-main" disabled={isBusy || chosen === undefined}>
            {say('hand over')}
          </button>
        </span>
      </form>
    </Dialog>
  );
}
