/** A LIKE pattern that finds the text anywhere, literally. */
export const anywhere = (key: string): string => `%${key.replace(/[\\%_]/g, '\\$&')}%`;
