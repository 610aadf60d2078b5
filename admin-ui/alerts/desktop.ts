/** What the desktop shows while the panel is not looked at. */

export type Permission = 'granted' | 'denied' | 'default' | 'impossible';

export function desktopPermission(): Permission {
  return typeof Notification === 'undefined' ? 'impossible' : Notification.permission;
}

export async function askDesktopPermission(): Promise<Permission> {
  return typeof Notification === 'undefined' ? 'impossible' : Notification.requestPermission();
}

/** One of the same `tag` takes the place of the one before. */
export function showOnDesktop(
  title: string,
  { body, tag }: { body: string; tag: string },
  onOpen: () => void,
): boolean {
  if (desktopPermission() !== 'granted') return false;
  try {
    const notification = new Notification(title, { body, tag });
    notification.onclick = () => {
      window.focus();
      notification.close();
      onOpen();
    };
    return true;
  } catch {
    return false; // Phones want a service worker for it.
  }
}
