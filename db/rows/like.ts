import { searchForm } from '../../acl/text/normal-form.ts';

/** Returns a LIKE pattern that finds a text at the beginning, literally. */
export const beginning = (text: string): string => `${text.replace(/[\\%_]/g, '\\$&')}%`;

/** Returns a LIKE pattern that finds a text anywhere, literally. */
export const anywhere = (text: string): string => `%${beginning(text)}`;

/** A condition, and its parameters. */
export interface Condition {
  sql: string;
  params: unknown[];
}

/**
 * Returns the condition that a name contains a key, by the column of the name's search form.
 * Undefined: every name does.
 */
export function nameContains(column: string, key: string): Condition | undefined {
  const form = searchForm(key);
  return form === '' ? undefined : { sql: `${column} LIKE ?`, params: [anywhere(form)] };
}
