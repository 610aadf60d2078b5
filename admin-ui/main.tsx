import { createRoot } from 'react-dom/client';
import './panel.css';
import { keeperOf } from '../client/chat/keeping.ts';
import { openSession } from './desk/session.ts';
import { openWay } from './frame/address.ts';
import { looksOf } from './frame/looks.ts';
import { Panel } from './frame/panel.tsx';
import { openShell } from './frame/shell.ts';
import { keysOf } from './keys/keys.ts';

const looks = looksOf(keeperOf('antiphon.panel.'));
const session = openSession(location.origin);
const way = openWay();
const shell = openShell();
const keys = keysOf(() => looks.state.get().hasSingleKeys);

createRoot(document.getElementById('panel') as HTMLElement).render(<Panel {...{ looks, session, way, keys, shell }} />);
