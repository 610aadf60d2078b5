import { useRef, useState } from 'react';
import type { OutgoingFile } from '../chat/sending.ts';
import { useSurroundings } from './context.ts';
import { withoutNotes } from './photo.ts';

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_FILES = 10;

export interface PickedFiles {
  files: readonly OutgoingFile[];
  /** Why something was not taken. */
  problem: string;
  add(files: Iterable<File>): Promise<void>;
  remove(file: OutgoingFile): void;
  clear(): void;
}

/** What is chosen, dropped or pasted, until it is sent. What the server would refuse is refused here, with the limit named. */
export function usePickedFiles(): PickedFiles {
  const { say, size } = useSurroundings().language;
  const [files, setFiles] = useState<readonly OutgoingFile[]>([]);
  const [problem, setProblem] = useState('');
  const current = useRef(files);
  const keep = (next: readonly OutgoingFile[]) => {
    current.current = next;
    setFiles(next);
  };
  return {
    files,
    problem,
    async add(added) {
      const all = Array.from(added);
      const tooBig = all.find((file) => file.size > MAX_FILE_BYTES);
      const fitting = await Promise.all(
        all
          .filter((file) => file.size <= MAX_FILE_BYTES)
          .map(async (file) => ({ name: file.name || 'file', type: file.type, blob: await withoutNotes(file) })),
      );
      const next = [...current.current, ...fitting];
      setProblem(
        tooBig
          ? say('tooBig', { name: tooBig.name, size: size(MAX_FILE_BYTES) })
          : next.length > MAX_FILES
            ? say('tooMany', { n: MAX_FILES })
            : '',
      );
      keep(next.slice(0, MAX_FILES));
    },
    remove(file) {
      setProblem('');
      keep(current.current.filter((each) => each !== file));
    },
    clear() {
      setProblem('');
      keep([]);
    },
  };
}
