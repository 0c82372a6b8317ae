/**
 * Returns a LIKE pattern that finds a text anywhere, literally. The text is composed (NFC), as
 * keyboards type it: a letter and its accent are one character.
 */
export const anywhere = (text: string): string =>
  `%${text.normalize('NFC').replace(/[\\%_]/g, '\\$&')}%`;
