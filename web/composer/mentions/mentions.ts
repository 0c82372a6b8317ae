import { searchKey } from '../../i18n/search-key.ts';

/** Someone who can be mentioned in a conversation. */
export interface Mentionable {
  id: string;
  name: string;
}

/** What is being written after an `@`. */
interface MentionQuery {
  /** Where the `@` is. */
  at: number;
  query: string;
}

/** Names are not longer than this while they are searched. */
const longestQuery = 60;
const mostShown = 8;

/** Returns the mention that is being written before the cursor. */
export function queryAt(text: string, cursor: number): MentionQuery | undefined {
  const before = text.slice(Math.max(0, cursor - longestQuery), cursor);
  const found = /(?:^|[\s([{"'])@([^@\n]*)$/u.exec(before);
  const query = found?.[1];
  if (query === undefined || query.startsWith(' ')) return undefined;
  return { at: cursor - query.length - 1, query };
}

/** Returns those whose name begins with the query, or a word of it; those who begin so first. */
export function matching(people: readonly Mentionable[], query: string): Mentionable[] {
  const key = searchKey(query);
  const ranked = people.flatMap((person) => {
    const name = searchKey(person.name);
    if (name.startsWith(key)) return [{ person, rank: 0 }];
    return name.split(/\s+/u).some((word) => word.startsWith(key)) ? [{ person, rank: 1 }] : [];
  });
  return ranked
    .sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name))
    .slice(0, mostShown)
    .map(({ person }) => person);
}
