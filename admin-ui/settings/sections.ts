import { type ComponentType, lazy } from 'react';
import type { Me } from '../desk/wire.ts';
import type { WordName } from './words.ts';

export interface Section {
  /** In the address. */
  name: string;
  title: WordName;
  View: ComponentType;
  /** The server refuses the others anyway. */
  isFor(me: Me): boolean;
}

const anybody = () => true;
const admins = (me: Me) => me.isAdmin;

export const sections: readonly Section[] = [
  { name: 'team', title: 'team', isFor: admins, View: lazy(() => import('./team.tsx')) },
  { name: 'canned', title: 'canned', isFor: anybody, View: lazy(() => import('./canned.tsx')) },
  { name: 'labels', title: 'labels', isFor: anybody, View: lazy(() => import('./labels.tsx')) },
  { name: 'widget', title: 'widget', isFor: admins, View: lazy(() => import('./widget.tsx')) },
  { name: 'sites', title: 'sites', isFor: admins, View: lazy(() => import('./sites.tsx')) },
  { name: 'hours', title: 'hours', isFor: admins, View: lazy(() => import('./hours.tsx')) },
  { name: 'keys', title: 'keys', isFor: admins, View: lazy(() => import('./keys.tsx')) },
];
