/** Drawn on 20 × 20, in the colour of the text around. */
const PATHS = {
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM13 13l3.5 3.5',
  close: 'm5 5 10 10M15 5 5 15',
  back: 'M12 4.5 6.5 10l5.5 5.5',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  checks: 'm2.5 10.5 3 3 6-7M8.5 12.5l1 1 7-7.5',
  clock: 'M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM10 6.5V10l2.5 1.5',
  clip: 'm15.5 9-6 6a3.5 3.5 0 0 1-5-5l6.3-6.2a2.3 2.3 0 0 1 3.3 3.3l-6.2 6.2a1.1 1.1 0 0 1-1.6-1.6L11.8 6',
  send: 'M3.5 10 16.5 3.5 13 16.5 9.5 11 3.5 10Zm6 1 7-7.5',
  user: 'M10 10.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM4 16.5a6 6 0 0 1 12 0',
  flag: 'M5 17V3.5h9l-2 3.5 2 3.5H5',
  alert: 'M10 3.5 17 16H3l7-12.5ZM10 8.5v3.2M10 13.8h.01',
  chat: 'M3.5 4.5h13v9H9l-4 3v-3H3.5v-9Z',
  table: 'M3.5 4.5h13v11h-13v-11ZM3.5 8.2h13M3.5 11.8h13M8.5 8.2v7.3',
  chart: 'M4 16V9.5M8 16V4M12 16v-4.5M16 16V7M3 16.5h14',
  sliders: 'M3.5 6h7M14.5 6h2M12.5 4v4M3.5 14h2M9.5 14h7M7.5 12v4',
  tag: 'M3.5 3.5h6l7 7-6 6-7-7v-6Zm3.5 3.5h.01',
  copy: 'M7 7h9.5v9.5H7V7Zm-3.5 6.5v-10h10',
  bell: 'M5 14h10l-1.5-2V9a3.5 3.5 0 0 0-7 0v3L5 14Zm3.5 2.5h3',
  'bell off': 'M5 14h10l-1.5-2V9a3.5 3.5 0 0 0-7 0v3L5 14Zm3.5 2.5h3M3.5 3.5l13 13',
  gear: 'M10 7.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4ZM10 2.8v2M10 15.2v2M2.8 10h2M15.2 10h2M4.9 4.9l1.4 1.4M13.7 13.7l1.4 1.4M15.1 4.9l-1.4 1.4M6.3 13.7l-1.4 1.4',
  filter: 'M3.5 5h13M6 10h8M8.5 15h3',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5Zm7.5-2a2 2 0 1 0 0 4 2 2 0 0 0 0-4',
  down: 'M10 4v12m-4.5-4.5L10 16l4.5-4.5',
  up: 'M10 16V4M5.5 8.5 10 4l4.5 4.5',
  note: 'M4.5 3.5h11v8l-4 5h-7v-13Zm11 8h-4v5',
  panel: 'M3.5 4.5h13v11h-13v-11Zm8.5 0v11',
  pen: 'm4 16 .8-3.5 8-8a1.9 1.9 0 0 1 2.7 2.7l-8 8L4 16Z',
  bin: 'M4.5 6h11M8 6V4h4v2M6 6l.7 10h6.6L14 6',
  keyboard: 'M2.5 5.5h15v9h-15v-9ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.7h7',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
