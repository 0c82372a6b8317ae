import type { MessageRow } from '../../../../acl/entities/message.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import { type Conversation, listConversations } from '../../../../db/reading/conversations.ts';
import type { MessageView } from '../../../../db/rows/messages/messages.ts';
import { reactionsOf } from '../../../../db/rows/messages/reactions.ts';
import { leastPointers } from '../../../../db/rows/rooms/pointers.ts';
import { receiptAudience } from '../../../actions/read-marks.ts';
import { presentMessage } from '../../../present/message.ts';

interface Reader {
  hub: Hub;
  user: { id: string };
}

/** Messages as rows of a reader's history, in the order given. `marks`: this call marks them as read. */
export async function presentRows(
  { hub, user }: Reader,
  views: readonly MessageView[],
  conversations: ReadonlyMap<string, Conversation>,
  { page, marks }: { page: number; marks: boolean },
): Promise<MessageRow[]> {
  // Whether everyone has read it is asked of one's own messages only, and of rooms where receipts go to everyone.
  const ownRooms = views.flatMap(({ authorId, roomId }) => (authorId === user.id ? roomId : []));
  const small = [...new Set(ownRooms)].filter(
    (roomId) => (conversations.get(roomId)?.room.memberCount ?? 0) <= receiptAudience,
  );
  const [seenUpTo, reactions] = await Promise.all([
    leastPointers(hub, small, user.id),
    reactionsOf(hub, views, user.id),
  ]);
  return views.flatMap((view): MessageRow | [] => {
    const conversation = conversations.get(view.roomId);
    if (!conversation) return [];
    const { entityId, pointer } = conversation;
    const isOwn = view.authorId === user.id;
    const mine = (reactions.get(view.id) ?? []).filter((reaction) => reaction.isMine);
    return {
      ...presentMessage(view, reactions.get(view.id)),
      entity_id: entityId,
      seq: view.seq,
      cursor: String(view.ordinal),
      page,
      status: 'active',
      is_notify: !isOwn && view.ordinal > pointer ? 1 : 0,
      is_readed: isOwn || view.ordinal <= pointer || marks ? 1 : 0,
      is_seen: isOwn && view.ordinal <= (seenUpTo.get(view.roomId) ?? 0) ? 1 : 0,
      my_reactions: mine.map((reaction) => reaction.emoji),
    };
  });
}

/** The same for messages of any of the reader's rooms. */
export async function presentFound(
  reader: Reader,
  views: readonly MessageView[],
  page = 1,
): Promise<MessageRow[]> {
  const roomIds = [...new Set(views.map((view) => view.roomId))];
  const conversations = await listConversations(reader.hub, reader.user.id, roomIds);
  return presentRows(reader, views, conversations, { page, marks: false });
}
