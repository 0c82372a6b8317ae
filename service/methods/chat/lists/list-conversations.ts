import type { RoomRow } from '../../../../acl/entities/room.ts';
import type { Spec } from '../../../../acl/index.ts';
import { pageRows } from '../../../../acl/language/limits.ts';
import {
  type ListedConversation,
  listPage,
} from '../../../../db/reading/rooms/conversation-list.ts';
import { listFewTagIds, listTagIds } from '../../../../db/rows/hubs/tag-map.ts';
import { numberedPage } from '../../../actions/numbered-page.ts';
import type { Call } from '../../../core/call.ts';
import { readCursor } from '../../../present/cursors.ts';
import { entityIdOf, presentConversation } from '../../../present/room.ts';

type Listing =
  | Call<Spec<'chat.chat_rooms'>>
  | Call<Spec<'chat.contact_rooms'>>
  | Call<Spec<'chat.share_rooms'>>;

/** Returns a page of the caller's conversations: by number, or after the row of a cursor. */
export async function listConversations(
  call: Listing,
  filter: { kind?: 'direct' | 'group' | undefined; tagId?: string },
): Promise<RoomRow[]> {
  const { hub, user, input, fail, now } = call;
  const cursor = input.before === undefined ? undefined : readCursor(input.before);
  if (input.before !== undefined && !cursor)
    fail('INVALID_INPUT', 'before: is not a cursor of this list');
  const part = {
    ...filter,
    key: input.key,
    archived: input.option === 'all' ? undefined : input.option === 'archived',
    limit: pageRows,
    before: cursor,
    offset: cursor ? 0 : (input.page - 1) * pageRows,
  };
  const [rows, tags] = await Promise.all([
    numberedPage(part, 'before', (one) => listPage(hub, user.id, one)),
    listFewTagIds(hub, user.id),
  ]);
  return presentRows(rows, {
    hubId: hub.id,
    tags: tags ?? (await listTagIds(hub, user.id, rows.map(entityIdOf))),
    page: input.page,
    now,
  });
}

/** Returns listed conversations with the caller's tags on them. */
export const presentRows = (
  rows: readonly ListedConversation[],
  {
    tags,
    ...list
  }: { tags: ReadonlyMap<string, string[]>; hubId: string; page: number; now: number },
): RoomRow[] => rows.map((row) => presentConversation(row, tags.get(entityIdOf(row)) ?? [], list));
