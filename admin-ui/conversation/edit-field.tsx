import { useState } from 'react';
import type { Message } from '../../client/chat/message.ts';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';
import { editing } from './editing.ts';

/** A message being corrected. What could not be saved stays in the field. */
export function EditField({ message, roomId }: { message: Message; roomId: number }) {
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  const { api } = useDesk();
  const [text, setText] = useState(message.text);
  const stop = () => editing.set({ messageId: null });
  const save = async () => {
    if (text.trim() === '' || text === message.text) return stop();
    try {
      await api.edit(roomId, message.id, text);
      stop();
    } catch (error) {
      tell(saidOf(troubleFrom(error), say));
    }
  };
  return (
    <form
      className="grid w-full gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        // biome-ignore lint/a11y/noAutofocus: one has just asked to write here
        autoFocus
        dir="auto"
        className="field field-sizing-content"
        aria-label={say('edit message')}
        maxLength={5000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            stop();
          } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <span className="flex flex-wrap justify-end gap-2">
        <button type="button" className="button" onClick={stop}>
          {say('cancel')}
        </button>
        <button type="submit" className="button-main">
          {say('save')}
        </button>
      </span>
    </form>
  );
}
