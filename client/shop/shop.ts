import type { AntiphonChat } from '../loader.ts';

const find = (id: string) => document.getElementById(id) as HTMLElement;

find('ask').addEventListener('click', () => {
  (window as unknown as { AntiphonChat?: AntiphonChat }).AntiphonChat?.open();
});
find('snippet').textContent = `<script src="${location.origin}/widget.js" async></script>`;
