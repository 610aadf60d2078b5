import type { Page } from '../chat/pages.ts';
import type { Stage } from './stage.ts';

/** Where the visitor is, from the first time the panel is open on this page; null: nobody has asked to talk here yet. */
export function watchedPage(stage: Stage) {
  let hasBeenOpen = stage.state.get().isOpen;
  return {
    /** Without what stands behind the `#`: it is the page's own, and may be a secret. */
    page: (): Page | null =>
      hasBeenOpen
        ? { url: location.href.split('#')[0]?.slice(0, 2000) ?? '', title: document.title.slice(0, 300) }
        : null,

    /** `moved`: it may be another page now. Answers how to stop watching. */
    watch(moved: () => void): () => void {
      // Shops of one page change the address without loading; where nobody tells, the next message does.
      const { navigation } = window as { navigation?: EventTarget };
      const stop = stage.state.subscribe(() => {
        hasBeenOpen ||= stage.state.get().isOpen;
        moved();
      });
      navigation?.addEventListener('navigatesuccess', moved);
      addEventListener('popstate', moved);
      return () => {
        stop();
        navigation?.removeEventListener('navigatesuccess', moved);
        removeEventListener('popstate', moved);
      };
    },
  };
}
