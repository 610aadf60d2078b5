import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Trouble, troubleOf } from '../../client/chat/trouble.ts';
import type {
  WireDurations,
  WireReport,
  WireReportAgent,
  WireReportDay,
} from '../../server/doors/support-api/wire-reports.ts';
import { useDesk, useSurroundings } from '../frame/surroundings.ts';

export type Report = WireReport;
export type Day = WireReportDay;
export type Hour = WireReport['by_hour'][number];
export type AgentRow = WireReportAgent;
export type Durations = WireDurations;
export type TableName = 'days' | 'hours' | 'agents';

export interface Asked {
  from: string;
  to: string;
  timezone: string;
  site?: string;
}

const DEADLINE_MS = 60_000;

export function useReport(asked: Asked, isEnabled: boolean) {
  const { api } = useDesk();
  return useQuery({
    queryKey: ['report', asked],
    queryFn: async () =>
      (await api.call<{ data: Report }>('/api/admin/chat/reports', { query: { ...asked }, deadlineMs: DEADLINE_MS }))
        .data,
    enabled: isEnabled,
    placeholderData: keepPreviousData,
  });
}

/** Has the browser keep a table as a file. The server makes it, for a link alone would not say who is asking. */
export function useDownload() {
  const { api } = useDesk();
  const { session } = useSurroundings();
  return async (table: TableName, asked: Asked): Promise<void> => {
    const query = new URLSearchParams({ ...asked, table });
    const response = await fetch(`${api.base}/api/admin/chat/reports.csv?${query}`, {
      headers: { authorization: `Bearer ${session.token()}`, accept: 'text/csv, application/json' },
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(DEADLINE_MS),
    }).catch(() => {
      throw new Trouble('offline');
    });
    if (!response.ok) throw troubleOf(response.status, await response.json().catch(() => null), null);
    const file = URL.createObjectURL(await response.blob());
    const link = document.createElement('a');
    link.href = file;
    link.download = `${table}-${asked.from}-${asked.to}.csv`;
    link.click();
    // The download has its own hold of it by then.
    setTimeout(() => URL.revokeObjectURL(file), 10_000);
  };
}
