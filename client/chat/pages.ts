/** Where on the site the visitor is. */
export interface Page {
  url: string;
  title: string;
}

/** A page's title comes a moment after its address. */
const SETTLED_MS = 1000;

export interface PagesParts {
  /** Null: not to be told. */
  page(): Page | null;
  /** 0: there is none yet. */
  roomId(): number;
  tell(roomId: number, page: Page): Promise<unknown>;
}

/** Tells the team on which page the visitor is: once per page. */
export function pagesOf(parts: PagesParts) {
  let told = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    /** There is a room, or this may be another page. */
    look(): void {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const page = parts.page();
        const roomId = parts.roomId();
        const now = JSON.stringify([roomId, page]);
        if (!page || !roomId || now === told) return;
        told = now;
        parts.tell(roomId, page).catch(() => {});
      }, SETTLED_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
