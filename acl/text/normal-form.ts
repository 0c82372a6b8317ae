/* How names and search keys are compared. */

/**
 * Full case folding, as Unicode's CaseFolding.txt has it: the three steps also reach letters
 * without one capital, such as ß and ẞ. Only the small sigma depends on its place in a word. The
 * result of Cherokee is in the other case than in that file, which no comparison can notice.
 */
const foldCase = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');

/** Letters that people type without their stroke or ligature, and that do not decompose. */
const plainLetters: Readonly<Record<string, string>> = {
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
};

const letters = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g');

/**
 * Accents, and the vowel signs that Arabic, Hebrew and Syriac are written with or without. Marks of
 * other scripts are letters of their words, and so are the two voicing marks of Japanese.
 */
const droppedMarks = /[[[\p{sc=Zinh}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}]&&\p{Mn}]--[\u3099\u309a]]/gv;

const ignorable = /\p{Default_Ignorable_Code_Point}/gu;

const decompose = (text: string): string =>
  foldCase(text.normalize('NFKD'))
    .replace(letters, (letter) => plainLetters[letter] ?? letter)
    .replace(ignorable, '')
    .replace(droppedMarks, '');

/**
 * Returns the form by which names are compared, code point by code point: without differences of
 * case, width, accents, vowel signs and invisible characters. Of a normal form it returns the same.
 */
export const normalForm = (text: string): string => decompose(text).normalize('NFC');

const katakana = /[\u30a1-\u30f6\u30fd\u30fe]/g;
const katakanaToHiragana = 0x60;

/** Returns the form in which names are searched: the normal form, with katakana as hiragana. */
export const searchForm = (text: string): string =>
  decompose(text)
    .replace(katakana, (kana) => String.fromCharCode(kana.charCodeAt(0) - katakanaToHiragana))
    .normalize('NFC');
