import { useState } from 'react';
import type { Availability as Said } from '../desk/wire.ts';
import { availabilities, useAvailability, useAvailabilityWord } from './availability.ts';
import { Avatar } from './avatar.tsx';
import { Dialog } from './dialog.tsx';
import { Menu } from './menu.tsx';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';

/** Who works here, and whether they take conversations. */
export function Availability() {
  const { say } = useLanguage();
  const { session } = useSurroundings();
  const { me, inbox } = useDesk();
  const { mine, presence, isLast, become } = useAvailability();
  const wordFor = useAvailabilityWord();
  const [leaving, setLeaving] = useState<{ to: Said; waiting: number } | null>(null);
  const choose = (to: Said) => {
    const waiting = inbox.state.get().stats?.unassigned ?? 0;
    // Whoever leaves last leaves somebody waiting alone: that is asked about.
    if (to !== 'online' && mine === 'online' && isLast && waiting > 0) setLeaving({ to, waiting });
    else void become(to);
  };
  return (
    <>
      <Menu
        label={`${me.name}, ${say('availability')}: ${wordFor(presence)}`}
        className="rail-link"
        choices={[
          ...availabilities.map((each) => ({
            key: each,
            label: (
              <span className="flex items-center gap-2">
                <span className="presence" data-is={each} />
                {say(each)}
              </span>
            ),
            isChosen: each === mine && !presence.isAway,
            choose: () => choose(each),
          })),
          'line' as const,
          {
            key: 'away',
            label: say('auto-offline'),
            isChosen: presence.autoOffline,
            choose: () => void become(presence.chosen, !presence.autoOffline),
          },
          'line' as const,
          { key: 'sign-out', label: say('sign-out'), choose: () => void session.leave() },
        ]}
      >
        <span className="relative inline-flex rounded-full">
          <Avatar id={me.id} name={me.name} size={30} />
          <span className="presence absolute -end-0.5 -bottom-0.5 ring-2 ring-soft" data-is={mine} />
        </span>
      </Menu>
      {leaving && (
        <Dialog label={say('last one')} onClose={() => setLeaving(null)}>
          <div className="grid w-[min(24rem,90vw)] gap-4 p-5">
            <h2 className="text-lg font-semibold">{say('last one')}</h2>
            <p>{say('last one why', { n: leaving.waiting })}</p>
            <div className="flex flex-wrap justify-end gap-2">
              <button type="button" className="button" onClick={() => setLeaving(null)}>
                {say('stay')}
              </button>
              <button
                type="button"
                className="button-main"
                onClick={() => {
                  setLeaving(null);
                  void become(leaving.to);
                }}
              >
                {say('leave anyway')}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
