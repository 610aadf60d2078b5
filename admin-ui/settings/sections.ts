import { type ComponentType, lazy } from 'react';
import type { Me } from '../desk/wire.ts';
import { CannedReplies } from './canned.tsx';
import { OfficeHours } from './hours.tsx';
import { Keys } from './keys.tsx';
import { Labels } from './labels.tsx';
import { Sites } from './sites.tsx';
import { Team } from './team.tsx';
import { WidgetLook } from './widget.tsx';
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
  { name: 'team', title: 'team', isFor: admins, View: Team },
  { name: 'canned', title: 'canned', isFor: anybody, View: CannedReplies },
  { name: 'labels', title: 'labels', isFor: anybody, View: Labels },
  { name: 'widget', title: 'widget', isFor: admins, View: WidgetLook },
  { name: 'sites', title: 'sites', isFor: admins, View: Sites },
  { name: 'hours', title: 'hours', isFor: admins, View: OfficeHours },
  { name: 'keys', title: 'keys', isFor: admins, View: Keys },
  { name: 'inside', title: 'inside', isFor: admins, View: lazy(() => import('../inside/inside.tsx')) },
];
