import type { MessageRow } from '../../../../acl/entities/message.ts';
import { receiptAudience } from '../../../../acl/language/limits.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import {
  type Conversation,
  listConversations,
} from '../../../../db/reading/rooms/conversations.ts';
import { listReactionsOf } from '../../../../db/rows/messages/reactions.ts';
import { listLeastPointers } from '../../../../db/rows/rooms/participants.ts';
import { presentHistoryRow } from '../../../present/message.ts';

interface Reader {
  hub: Hub;
  user: { id: string };
}

interface Options {
  page?: number;
  /** This call marks the messages as read. */
  marksRead?: boolean;
}

/** Returns messages as rows of the reader's history. Loads the conversations that they are in. */
export async function historyRows(
  reader: Reader,
  views: readonly MessageView[],
  options: Options = {},
): Promise<MessageRow[]> {
  const roomIds = [...new Set(views.map((view) => view.roomId))];
  const conversations = await listConversations(reader.hub, reader.user.id, roomIds);
  return historyRowsIn(reader, views, conversations, options);
}

/** Returns messages of these conversations, by room id, as rows of the reader's history. */
export async function historyRowsIn(
  { hub, user }: Reader,
  views: readonly MessageView[],
  conversations: ReadonlyMap<string, Conversation>,
  { page = 1, marksRead = false }: Options,
): Promise<MessageRow[]> {
  // `is_seen` is known only for the reader's own messages, in rooms where receipts go to everyone.
  const ownRooms = views.flatMap(({ authorId, roomId }) => (authorId === user.id ? roomId : []));
  const small = [...new Set(ownRooms)].filter(
    (roomId) => (conversations.get(roomId)?.room.memberCount ?? 0) <= receiptAudience,
  );
  const [seenUpTo, reactions] = await Promise.all([
    listLeastPointers(hub, small, user.id),
    listReactionsOf(hub, views, user.id),
  ]);
  return views.flatMap((view): MessageRow | [] => {
    const conversation = conversations.get(view.roomId);
    if (!conversation) return [];
    return presentHistoryRow(view, {
      userId: user.id,
      conversation,
      reactions: reactions.get(view.id) ?? [],
      seenUpTo: seenUpTo.get(view.roomId) ?? 0,
      page,
      marksRead,
    });
  });
}
