import type { OutgoingFile } from '../../client/chat/sending.ts';
import { Icon } from '../frame/icons.tsx';
import { useLanguage } from '../frame/surroundings.ts';

interface Props {
  files: readonly OutgoingFile[];
  onRemove(file: OutgoingFile): void;
}

/** What goes with the next message. */
export function FileRow({ files, onRemove }: Props) {
  const { say, size } = useLanguage();
  return (
    <ul className="flex max-h-32 flex-wrap gap-1.5 overflow-auto px-3 pb-2">
      {files.map((file, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name
        <li key={index} className="file">
          <Icon name="clip" size={15} />
          <bdi className="truncate">{file.name}</bdi>
          <span className="shrink-0 text-muted">{size(file.blob.size)}</span>
          <button
            type="button"
            className="button-quiet"
            aria-label={say('remove file', { name: file.name })}
            onClick={() => onRemove(file)}
          >
            <Icon name="close" size={13} />
          </button>
        </li>
      ))}
    </ul>
  );
}
