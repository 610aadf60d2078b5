const paths = {
  chat: 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z',
  close: 'M5 5l14 14M19 5L5 19',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  send: 'M3 11l18-8-7 18-3-8z',
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.6 8.6a1.8 1.8 0 0 1-2.5-2.5L14.5 7.5',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  down: 'M12 4v16M5 13l7 7 7-7',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2',
  tick: 'M5 13l4 4L19 7',
  ticks: 'M2 13l4 4L16 7M11 16l1 1L22 7',
  alert: 'M12 3l10 18H2zM12 10v5M12 18v.01',
  file: 'M6 2h8l5 5v15H6zM14 2v5h5',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
} as const;

/** Drawn for the eye only: what an icon means is always said in words beside it or in its button's label. */
export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" data-icon={name}>
      <path d={paths[name]} />
    </svg>
  );
}
