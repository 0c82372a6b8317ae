import type { Spec } from '../../acl/index.ts';
import { listQuiet, type Preferences } from '../../db/reading/identity/quiet.ts';
import { listHiders } from '../../db/reading/messages/hidden.ts';
import type { MessageView } from '../../db/reading/messages/views.ts';
import { queueEdit } from '../../db/rows/messages/messages.ts';
import { listReactions, type ReactionView } from '../../db/rows/messages/reactions.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Call } from '../core/call.ts';
import { notifiedByMention } from '../events/notify.ts';
import { presentForEvent } from '../present/message.ts';

type Editor = Pick<Call<Spec<'chat.edit'>>, 'hub' | 'emit' | 'now'>;

/** The parts of a message that an edit replaces. */
export type Editable = Pick<MessageView, 'body' | 'content' | 'mentionIds'>;

/** What the event of an edit shows besides the message, and whom it notifies. */
interface EditDetails {
  reactions: ReactionView[] | undefined;
  /** Empty where the edit adds no mentions. */
  quiet: readonly Preferences[];
  /** Who hid the message that this one answers. */
  hiders: readonly string[];
}

/** Reads what the event of an edit shows. `mentions`: the edit may add mentions. */
export async function listEditDetails(
  { hub, now }: Pick<Editor, 'hub' | 'now'>,
  { id, roomId, threadId }: Pick<MessageView, 'id' | 'roomId' | 'threadId'>,
  mentions: boolean,
): Promise<EditDetails> {
  const [reactions, quiet, hiders] = await Promise.all([
    listReactions(hub, [id]),
    mentions ? listQuiet(hub, roomId, now) : [],
    listHiders(hub, threadId ? [threadId] : []),
  ]);
  return { reactions: reactions.get(id), quiet, hiders: [...hiders.values()].flat() };
}

/**
 * Replaces what a locked message says and raises its version. Emits nothing and changes nothing if
 * it says that already. Returns the message as it is now.
 */
export async function editMessage(
  { hub, emit, now }: Editor,
  room: LockedRoom,
  message: MessageView,
  wanted: Editable,
  { reactions, quiet, hiders }: EditDetails,
): Promise<MessageView> {
  const added = wanted.mentionIds.filter((id) => !message.mentionIds.includes(id));
  if (saysTheSame(message, wanted)) return message;
  const edit = { ...wanted, version: message.version + 1, editedMs: now };
  const view: MessageView = { ...message, ...edit };
  await emit({
    name: 'chat.edit',
    room,
    ...presentForEvent(view, reactions, hiders),
    notify: notifiedByMention(
      { kind: 'mention', authorId: message.authorId, mentionIds: added },
      quiet,
    ),
    messageId: message.id,
    logged: { message_id: message.id, room_id: room.id, mention_ids: added },
  });
  queueEdit(hub, message.id, edit);
  return view;
}

const saysTheSame = (a: Editable, b: Editable): boolean =>
  JSON.stringify([a.body, a.content, a.mentionIds]) ===
  JSON.stringify([b.body, b.content, b.mentionIds]);
