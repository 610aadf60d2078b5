import { useState } from 'react';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { Dialog } from '../frame/dialog.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';

export interface Question {
  title: string;
  /** What follows from it. */
  text: string;
  /** What the button says. */
  yes: string;
  act(): Promise<unknown>;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ question, onClose }: { question: Question; onClose(): void }) {
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  const [isBusy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      await question.act();
    } catch (error) {
      tell(saidOf(troubleFrom(error), say));
    }
    onClose();
  };
  return (
    <Dialog label={question.title} onClose={onClose}>
      <div className="grid w-[min(28rem,90vw)] gap-3 p-5">
        <h2 className="text-lg font-semibold">{question.title}</h2>
        <p>{question.text}</p>
        <p className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {say('cancel')}
          </button>
          <button type="button" className="button-danger" disabled={isBusy} onClick={act}>
            {question.yes}
          </button>
        </p>
      </div>
    </Dialog>
  );
}

/** Does it, and says what did not work. */
export function useAct() {
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  return async (work: () => Promise<unknown>, done?: string): Promise<void> => {
    try {
      await work();
      if (done) tell(done);
    } catch (error) {
      tell(saidOf(troubleFrom(error), say));
    }
  };
}
