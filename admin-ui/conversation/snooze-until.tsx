import { useState } from 'react';
import { FormDialog } from '../frame/form-dialog.tsx';
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
  return (
    <FormDialog
      label={say('snooze')}
      submit={say('snooze')}
      isReady={!Number.isNaN(moment)}
      onSubmit={() => actions.snooze(new Date(moment).toISOString())}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
