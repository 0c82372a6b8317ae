import type { ListName, RoomRow } from '../../../client/index.ts';
import { isGroup } from '../name.ts';

/** Which conversations the list shows; `tag:<tag_id>` those under a tag. */
export type Filter = keyof typeof tests | `tag:${string}`;

const tests = {
  all: () => true,
  unread: (room: RoomRow) => room.unread_count > 0,
  direct: (room: RoomRow) => !isGroup(room),
  groups: isGroup,
  archived: () => true,
} as const;

/** Returns the conversations that a filter shows. */
export function filtered(rows: readonly RoomRow[], filter: Filter): readonly RoomRow[] {
  if (filter === 'all' || filter === 'archived') return rows;
  const tagId = tagOf(filter);
  if (tagId !== undefined) return rows.filter(({ tag_ids }) => tag_ids.includes(tagId));
  return rows.filter(tests[filter as keyof typeof tests]);
}

/** Returns the list of the service that has the conversations of a filter. */
export const listOfFilter = (filter: Filter): ListName =>
  filter === 'archived' ? 'archived' : 'active';

/** Returns the tag that a filter shows. */
export const tagOf = (filter: Filter): string | undefined =>
  filter.startsWith('tag:') ? filter.slice(4) : undefined;
