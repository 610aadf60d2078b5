import { useAvailability } from '../frame/availability.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';

/** Visitors wait and nobody of the team takes conversations: that is said until somebody does. */
export function NobodyOnline() {
  const { say } = useLanguage();
  const stats = useStore(useDesk().inbox.state, (state) => state.stats);
  const { become } = useAvailability();
  const isAlarming = stats !== null && stats.agentsOnline === 0 && stats.unassigned > 0;
  return (
    <div role="alert" className="empty:hidden">
      {isAlarming && (
        <p className="mx-3 mb-2 flex flex-wrap items-center gap-2 rounded-lg bg-[var(--bad-paper)] px-3 py-2 text-bad">
          <Icon name="alert" size={16} />
          <span className="min-w-0 flex-[1_1_9rem]">{say('nobody online', { n: stats.unassigned })}</span>
          <button type="button" className="button text-ink" onClick={() => void become('online')}>
            {say('go online')}
          </button>
        </p>
      )}
    </div>
  );
}
