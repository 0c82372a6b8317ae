/** A LIKE pattern that finds the text anywhere, literally. Composed, as keyboards type: a letter with its accent is one character. */
export const anywhere = (key: string): string =>
  `%${key.normalize('NFC').replace(/[\\%_]/g, '\\$&')}%`;
