import type { Conversation } from '../../client/chat/conversation.ts';
import type { OutgoingFile } from '../../client/chat/sending.ts';
import { useLanguage } from '../frame/surroundings.ts';
import { type Stopped, sendAnyway } from './answered.ts';
import { useWords } from './words.ts';

interface Props {
  conversation: Conversation;
  stopped: Stopped;
  /** Puts what was written back into the field. */
  onTakeBack(text: string, files: readonly OutgoingFile[]): void;
}

/** Two answers to one question help nobody: shows the colleague's before one's own is sent too. */
export function AnsweredBar({ conversation, stopped, onTakeBack }: Props) {
  const { say, names } = useLanguage();
  const word = useWords();
  const { outgoing, answers } = stopped;
  const who = [...new Set(answers.map(({ author }) => author.name))];
  const takeBack = async () => {
    await conversation.discard(outgoing.clientId);
    onTakeBack(outgoing.text, outgoing.files);
  };
  return (
    <div role="alert" className="asking">
      <p>
        {say('just answered', { name: names(who) })} {word('send anyway?')}
      </p>
      {answers.slice(-2).map(({ id, author, text, files }) => (
        <blockquote key={id} dir="auto" className="answer">
          <b>{author.name}:</b> {text || files[0]?.name}
        </blockquote>
      ))}
      <span className="flex grow flex-wrap justify-end gap-2">
        <button type="button" className="button" onClick={() => void takeBack()}>
          {say('look first')}
        </button>
        <button type="button" className="button-main" onClick={() => sendAnyway(conversation, stopped)}>
          {say('send anyway')}
        </button>
      </span>
    </div>
  );
}
