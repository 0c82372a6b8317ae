import { searchKey } from '../i18n/search-key.ts';
import { type Language, language } from '../i18n/translate.ts';

export interface Emoji {
  emoji: string;
  name: string;
  /** What a search is compared with. */
  key: string;
}

type Lines = readonly (readonly string[])[];

const files: Readonly<Record<Language, () => Promise<{ default: Lines }>>> = {
  en: () => import('./emoji/en.json'),
  de: () => import('./emoji/de.json'),
  ja: () => import('./emoji/ja.json'),
  ar: () => import('./emoji/ar.json'),
};

const read = new Map<Language, Promise<readonly (readonly Emoji[])[]>>();

/** Returns the emoji in groups, named in the language of the page. The same promise each time. */
export function emojiGroups(): Promise<readonly (readonly Emoji[])[]> {
  const locale = language.getSnapshot();
  const found = read.get(locale) ?? files[locale]().then(({ default: lines }) => parse(lines));
  read.set(locale, found);
  found.catch(() => read.delete(locale));
  return found;
}

const parse = (groups: Lines): Emoji[][] =>
  groups.map((lines) =>
    lines.map((line) => {
      const [emoji = '', name = '', ...tags] = line.split('\t');
      return { emoji, name, key: searchKey([name, ...tags].join(' ')) };
    }),
  );
