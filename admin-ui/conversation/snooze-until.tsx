import { type FormEvent, useState } from 'react';
import { Dialog } from '../frame/dialog.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import type { RoomActions } from './actions.ts';
import { localMoment } from './snoozing.ts';
import { useWords } from './words.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Puts the room off until a moment of one's own choice. */
export default function SnoozeUntil({ actions, onClose }: { actions: RoomActions; onClose(): void }) {
  const { say } = useLanguage();
  const word = useWords();
  const [at, setAt] = useState(() => localMoment(Date.now() + 3 * HOUR_MS));
  const moment = Date.parse(at);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await actions.snooze(new Date(moment).toISOString())) onClose();
  };
  return (
    <Dialog label={say('snooze')} className="w-[min(22rem,94vw)]" onClose={onClose}>
      <form className="grid gap-4 p-5" onSubmit={(event) => void submit(event)}>
        <label className="grid gap-1">
          {word('snooze until')}
          <input
            type="datetime-local"
            required
            className="field"
            min={localMoment(Date.now() + MINUTE_MS)}
            value={at}
            onChange={(event) => setAt(event.target.value)}
          />
        </label>
        <span className="flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {say('cancel')}
          </button>
          <button type="submit" className="button-main" disabled={Number.isNaN(moment)}>
            {say('snooze')}
          </button>
        </span>
      </form>
    </Dialog>
  );
}
