import type { Spec } from '../../../../acl/index.ts';
import { pageRows } from '../../../../acl/language/limits.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { roomOfEntity } from '../../../../db/reading/rooms/conversations.ts';
import { countUnread } from '../../../../db/reading/rooms/counts.ts';
import type { Handler } from '../../../core/call.ts';

export const toRead: Handler<Spec<'chat.to_read'>> = async (call) => {
  const { hub, user, input } = call;
  const [{ room }, count] = await Promise.all([
    roomToRead(call, input.entity_id, 'INVALID_CONTACT'),
    countUnread(hub, user.id, roomOfEntity(hub, user.id, input.entity_id)),
  ]);
  const unread = room ? count : 0;
  const pages = Math.ceil(unread / pageRows);
  return { entity_id: input.entity_id, unread, pages_to_read: pages, page: Math.max(pages, 1) };
};
