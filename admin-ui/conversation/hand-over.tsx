import { useState } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { useAvailabilityWord, useTeam } from '../frame/availability.ts';
import { FormDialog } from '../frame/form-dialog.tsx';
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
  const wordFor = useAvailabilityWord();
  const team = useTeam().filter(({ id }) => id !== room.assignee?.id);
  const [agent, setAgent] = useState<number | null>(null);
  const [note, setNote] = useState('');
  const chosen = agent ?? team[0]?.id;
  return (
    <FormDialog
      label={say('hand over')}
      submit={say('hand over')}
      width="30rem"
      isReady={chosen !== undefined}
      onSubmit={async () => chosen !== undefined && actions.handOver(chosen, note)}
      onClose={onClose}
    >
      <label className="grid grid-cols-1 gap-1">
        {word('to whom')}
        <select className="field" value={chosen} onChange={(event) => setAgent(Number(event.target.value))}>
          {team.map(({ id, name, ...presence }) => (
            <option key={id} value={id}>
              {name} · {wordFor(presence)}
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
    </FormDialog>
  );
}
