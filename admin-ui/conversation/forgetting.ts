import { forgetFiles } from './kept-files.ts';

/** Somebody else may sit here next: what this one had begun to write is not left on the device. */
export async function forgetWriting(userId: number): Promise<void> {
  const begin = `antiphon.panel.draft.${userId}.`;
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(begin)) localStorage.removeItem(name);
  } catch {
    // A browser that forbids it has kept nothing.
  }
  await forgetFiles(userId).catch(() => {});
}
