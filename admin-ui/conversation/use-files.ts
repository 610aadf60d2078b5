import type { ClipboardEvent, DragEvent } from 'react';
import type { OutgoingFile } from '../../client/chat/sending.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { chosenFilesOf } from './chosen-files.ts';
import { useWords } from './words.ts';

/** The files that go with the next message, and the ways to add some. */
export function useFiles(roomId: number) {
  const { say, names } = useLanguage();
  const word = useWords();
  const { tell } = useSurroundings();
  const { me } = useDesk();
  const chosen = chosenFilesOf(me.id, roomId);
  const files = useStore(chosen.state, (state) => state.files);
  const add = (added: Iterable<File>) => {
    const { tooLarge, tooMany } = chosen.add(added);
    if (tooLarge.length > 0) tell(say('too large', { name: names(tooLarge.slice(0, 3)) }));
    else if (tooMany > 0) tell(word('too many files', { n: tooMany }));
  };
  return {
    files,
    add,
    remove: (file: OutgoingFile) => chosen.put(files.filter((each) => each !== file)),
    put: chosen.put,
    pasted(event: ClipboardEvent): void {
      if (event.clipboardData.files.length === 0) return;
      event.preventDefault();
      add(event.clipboardData.files);
    },
    /** For wherever a file may be let go of. */
    dropping: {
      onDragOver: (event: DragEvent) => event.preventDefault(),
      onDrop(event: DragEvent): void {
        event.preventDefault();
        add(event.dataTransfer.files);
      },
    },
  };
}
