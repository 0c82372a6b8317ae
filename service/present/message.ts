import type {
  HiddenMessage,
  MessageData,
  MessageRow,
  Pin,
  Reaction,
} from '../../acl/entities/message.ts';
import type { Redacted } from '../../db/log/append.ts';
import type { HistoryView, PinnedView } from '../../db/reading/messages/history.ts';
import type { MessageView } from '../../db/reading/messages/views.ts';
import type { ReactionView } from '../../db/rows/messages/reactions.ts';
import { type Link, presentFile, presentMessageFiles } from './file.ts';
import { presentCard } from './member.ts';
import { toSeconds } from './time.ts';

/**
 * Returns a message as the reader gets it for whom the view was read. What has more fields adds
 * them to this object: copying one of this size takes a hundred times as long as making it.
 */
export const presentMessage = (
  view: MessageView,
  reactions: readonly ReactionView[] = [],
  isQuoteHidden = view.thread?.hidden ?? false,
): MessageData => ({
  message_id: view.id,
  room_id: view.roomId,
  message: view.body,
  author_id: view.authorId,
  entity: presentCard(view.author),
  ctime: toSeconds(view.createdMs),
  ctime_ms: view.createdMs,
  version: view.version,
  edited: view.editedMs === null ? 0 : 1,
  edited_ms: view.editedMs,
  is_forward: view.forwardOf === null ? 0 : 1,
  forward_message_id: view.forwardOf,
  is_attachment: view.attachmentCount > 0 ? 1 : 0,
  attachment_count: view.attachmentCount,
  thread_id: view.threadId,
  root_id: view.rootId,
  thread: presentThread(view, isQuoteHidden),
  content: view.content,
  from: view.sender,
  mention_ids: view.mentionIds,
  reactions: presentReactions(reactions),
  ordinal: view.ordinal,
  files: view.files.map(presentFile),
});

export const presentReactions = (views: readonly ReactionView[] = []): Reaction[] =>
  views.map(({ emoji, count, userIds }) => ({ emoji, count, user_ids: userIds }));

/** Shows a message that the reader hid where it would be quoted. */
export const presentHidden = (messageId: string): HiddenMessage => ({
  message_id: messageId,
  message: 'DELETED',
});

/**
 * Returns a message as events show it: to everyone, and to `hiders`, who hid the message that it
 * quotes.
 */
export function presentForEvent(
  view: MessageView,
  reactions: readonly ReactionView[] | undefined,
  hiders: readonly string[] = [],
): { data: MessageData; redacted: Redacted<MessageData>[] } {
  const isRedacted = view.thread !== null && hiders.length > 0;
  return {
    data: presentMessage(view, reactions, false),
    redacted: isRedacted ? [{ userIds: hiders, data: presentMessage(view, reactions, true) }] : [],
  };
}

function presentThread(
  { threadId, thread }: MessageView,
  isHidden: boolean,
): MessageData['thread'] {
  if (!threadId || !thread) return null;
  if (thread.deleted || isHidden) return presentHidden(threadId);
  return {
    message_id: threadId,
    message: thread.body,
    author_id: thread.authorId,
    is_attachment: thread.attachmentCount > 0 ? 1 : 0,
    entity: presentCard(thread.author),
  };
}

/** What a row of a reader's history depends on beside the message itself. */
export interface HistoryContext {
  userId: string;
  reactions: readonly ReactionView[] | undefined;
  page: number;
  /** This call marks the row as read. */
  marksRead: boolean;
  link: Link;
}

/** Returns a message as a row of one reader's history. */
export function presentHistoryRow(
  view: HistoryView,
  { userId, reactions = [], page, marksRead, link }: HistoryContext,
): MessageRow {
  const isOwn = view.authorId === userId;
  const isUnread = !isOwn && view.ordinal > view.pointer;
  // Assigned one by one: Object.assign takes twice as long as all else here.
  const row: MessageData & Partial<Omit<MessageRow, 'files'>> = presentMessage(view, reactions);
  row.entity_id = view.entityId;
  row.seq = view.seq;
  row.cursor = String(view.ordinal);
  row.page = page;
  row.status = 'active';
  row.is_notify = bit(isUnread);
  row.is_readed = bit(!isUnread || marksRead);
  row.is_seen = bit(isOwn && view.ordinal <= view.seenUpTo);
  row.my_reactions = reactions.flatMap((reaction) => (reaction.isMine ? reaction.emoji : []));
  row.files = presentMessageFiles(view.files, link);
  if (isOwn && view.echoId !== null) row.echoId = view.echoId;
  return row as MessageRow;
}

const bit = (value: boolean): 0 | 1 => (value ? 1 : 0);

export const presentPin = (
  pin: PinnedView,
  reactions: readonly ReactionView[] | undefined,
  { entityId, link }: { entityId: string; link: Link },
): Pin =>
  Object.assign(presentMessage(pin, reactions), {
    entity_id: entityId,
    seq: pin.seq,
    files: presentMessageFiles(pin.files, link),
    pinned_by: pin.pinnedBy,
    pinned_ms: pin.pinnedMs,
  });
