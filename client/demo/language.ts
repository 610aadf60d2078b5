import { en, type Texts } from './texts/en.ts';
import { fr } from './texts/fr.ts';
import { ru } from './texts/ru.ts';
import { uk } from './texts/uk.ts';

const LANGUAGES: Record<string, { name: string; texts: Texts }> = {
  uk: { name: 'Українська', texts: uk },
  ru: { name: 'Русский', texts: ru },
  en: { name: 'English', texts: en },
  fr: { name: 'Français', texts: fr },
};
const CHOICE = 'antiphon-demo-language';

let texts: Texts = en;
const listeners: (() => void)[] = [];

/** A text of the page in the language of its reader, with the values that it names. */
export function say(key: keyof Texts, values: Record<string, string | number> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ''));
}

/** Puts a text into an element; what stands between backticks becomes code. */
export function write(element: Element, text: string): void {
  const parts = text.split('`').map((part, index) => {
    if (index % 2 === 0) return part;
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  });
  element.replaceChildren(...parts);
}

/** Calls now and whenever another language is chosen. */
export function inEachLanguage(tell: () => void): void {
  listeners.push(tell);
  tell();
}

/** Speaks what the reader chose here before, or the first language of his browser that the page knows. */
export function startSpeaking(choice: HTMLSelectElement): void {
  for (const [code, { name }] of Object.entries(LANGUAGES)) {
    const option = new Option(name, code);
    option.lang = code;
    choice.add(option);
  }
  choice.addEventListener('change', () => {
    remember(choice.value);
    speak(choice.value);
  });
  inEachLanguage(writePage);
  speak(remembered() ?? navigator.languages.map(primary).find((code) => code in LANGUAGES) ?? 'en');

  function speak(code: string): void {
    texts = LANGUAGES[code]?.texts ?? en;
    choice.value = code;
    document.documentElement.lang = code;
    for (const tell of listeners) tell();
  }
}

function writePage(): void {
  document.title = `Antiphon: ${say('title')}`;
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    write(element, say(element.dataset.text as keyof Texts));
  }
}

function primary(language: string): string {
  return language.toLowerCase().split('-')[0] as string;
}

function remembered(): string | null {
  try {
    const code = localStorage.getItem(CHOICE);
    return code !== null && code in LANGUAGES ? code : null;
  } catch {
    return null; // The browser keeps nothing for this page.
  }
}

function remember(code: string): void {
  try {
    localStorage.setItem(CHOICE, code);
  } catch {
    // Then it holds for as long as the page is open.
  }
}
