import type { Device } from '../../db/surroundings.ts';

export type { Device };

/** In the order in which they must be looked for: most browsers also say that they are some other. */
const browsers: [pattern: RegExp, name: string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bYaBrowser\//, 'Yandex'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];

const systems: [pattern: RegExp, name: string][] = [
  [/\b(?:iPhone|iPod|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a visitor's browser says it is; null when it says nothing one knows. */
export function deviceFrom(userAgent: string | undefined): Device | null {
  if (!userAgent) return null;
  const text = userAgent.slice(0, 500);
  const named = (list: typeof browsers) => list.find(([pattern]) => pattern.test(text))?.[1] ?? null;
  const [browser, os] = [named(browsers), named(systems)];
  if (browser === null && os === null) return null;
  // An Android that is no phone leaves out the word.
  const isTablet = /\biPad\b|\bTablet\b/.test(text) || (os === 'Android' && !/\bMobile\b/.test(text));
  const isPhone = /\bMobile\b|\biPhone\b|\biPod\b/.test(text);
  return { kind: isTablet ? 'tablet' : isPhone ? 'phone' : 'desktop', browser, os };
}
