import { setupI18n } from '@lingui/core';
import { createSubject } from '../../client/store/observable.ts';
import { keep, recall } from '../kept.ts';
import english from './en.json';

/** The languages of the page, by their own names. */
export const languages = { en: 'English', de: 'Deutsch', ja: '日本語', ar: 'العربية' } as const;
export type Language = keyof typeof languages;
export type MessageId = keyof typeof english;
type Messages = Readonly<Record<MessageId, string>>;

const others: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ default: Messages }>>> = {
  de: () => import('./de.json'),
  ja: () => import('./ja.json'),
  ar: () => import('./ar.json'),
};

// Built into the page as compiled messages, not as text.
const i18n = setupI18n({ locale: 'en', messages: { en: english } });

/** The language that the page is shown in. */
export const language = createSubject<Language>('en');

/** Returns a text in the language of the page. Its values are put into the ICU message. */
export const t = (id: MessageId, values?: Readonly<Record<string, string | number>>): string =>
  i18n._(id, values);

/** Shows the page in a language, and remembers it in this browser. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  keep('language', chosen);
  await show(chosen);
}

/** Shows the page in the language that was chosen, or in the first that the browser prefers. */
export async function openLanguage(): Promise<void> {
  const preferred = navigator.languages.map((tag) => tag.split('-')[0]);
  const found = [recall('language'), ...preferred].find(isLanguage) ?? 'en';
  await show(found).catch(() => show('en'));
}

const isLanguage = (tag: string | undefined): tag is Language =>
  tag !== undefined && Object.hasOwn(languages, tag);

async function show(chosen: Language): Promise<void> {
  const messages = chosen === 'en' ? english : (await others[chosen]()).default;
  i18n.loadAndActivate({ locale: chosen, messages });
  document.documentElement.lang = chosen;
  document.documentElement.dir = chosen === 'ar' ? 'rtl' : 'ltr';
  language.set(chosen);
}
