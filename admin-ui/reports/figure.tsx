import { type ReactNode, useId, useState } from 'react';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';
import { type Asked, type TableName, useDownload } from './report-api.ts';
import { useWords } from './words.ts';

/** What a table of it says: the first cell of a row is what the row is about. */
export interface Table {
  columns: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

interface Props {
  title: string;
  table: Table;
  csv: { table: TableName; asked: Asked };
  children: ReactNode;
}

/** A picture and the same as a table, which is always there for who listens rather than looks. */
export function Figure({ title, table, csv, children }: Props) {
  const words = useWords();
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  const download = useDownload();
  const id = useId();
  const [isTable, setTable] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await download(csv.table, csv.asked);
    } catch (error) {
      tell(saidOf(troubleFrom(error), say));
    }
    setBusy(false);
  };
  return (
    <section aria-labelledby={id} className="figure">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id={id} className="grow font-semibold">
          {title}
        </h2>
        <span className="kinds">
          {([false, true] as const).map((each) => (
            <button
              key={String(each)}
              type="button"
              aria-pressed={isTable === each}
              aria-label={`${words(each ? 'as table' : 'as chart')}: ${title}`}
              onClick={() => setTable(each)}
            >
              {words(each ? 'as table' : 'as chart')}
            </button>
          ))}
        </span>
        <button type="button" className="button" aria-label={`CSV: ${title}`} disabled={isBusy} onClick={save}>
          CSV
        </button>
      </div>
      {!isTable && children}
      <div
        className={isTable ? 'table-box' : 'sr-only'}
        {...(isTable ? { tabIndex: 0, role: 'region', 'aria-label': `${words('as table')}: ${title}` } : {})}
      >
        <table className="table">
          <caption className="sr-only">{title}</caption>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map(({ key, cells: [first, ...rest] }) => (
              <tr key={key}>
                <th scope="row" dir="auto">
                  {first}
                </th>
                {rest.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is told by its column
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
