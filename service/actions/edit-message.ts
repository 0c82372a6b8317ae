import type { Spec } from '../../acl/index.ts';
import { listQuiet } from '../../db/reading/identity/quiet.ts';
import { listHiders } from '../../db/reading/messages/hidden.ts';
import type { MessageView } from '../../db/reading/messages/views.ts';
import { queueEdit } from '../../db/rows/messages/messages.ts';
import { listReactionsOf, type ReactionView } from '../../db/rows/messages/reactions.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Call } from '../core/call.ts';
import { notifiedByMention } from '../events/notify.ts';
import { presentForEvent } from '../present/message.ts';

type Editor = Pick<Call<Spec<'chat.edit'>>, 'hub' | 'emit' | 'now'>;

/** The parts of a message that an edit replaces. */
export type Editable = Pick<MessageView, 'body' | 'content' | 'mentionIds'>;

/**
 * Replaces what a locked message says and raises its version. Emits nothing and changes nothing if
 * it says that already. Returns the message as it is now, with its reactions.
 */
export async function editMessage(
  { hub, emit, now }: Editor,
  room: LockedRoom,
  message: MessageView,
  wanted: Editable,
): Promise<{ view: MessageView; reactions: ReactionView[] | undefined }> {
  const added = wanted.mentionIds.filter((id) => !message.mentionIds.includes(id));
  const answeredIds = message.threadId ? [message.threadId] : [];
  const [found, quiet, hiders] = await Promise.all([
    listReactionsOf(hub, [message]),
    added.length > 0 ? listQuiet(hub, room.id) : [],
    listHiders(hub, answeredIds),
  ]);
  const reactions = found.get(message.id);
  if (saysTheSame(message, wanted)) return { view: message, reactions };
  const edit = { ...wanted, version: message.version + 1, editedMs: now };
  const view: MessageView = { ...message, ...edit };
  await emit({
    name: 'chat.edit',
    room,
    ...presentForEvent(view, reactions, [...hiders.values()].flat()),
    notify: notifiedByMention(
      { kind: 'mention', authorId: message.authorId, mentionIds: added },
      quiet,
    ),
    messageId: message.id,
    logged: { message_id: message.id, room_id: room.id, mention_ids: added },
  });
  queueEdit(hub, message.id, edit);
  return { view, reactions };
}

const saysTheSame = (a: Editable, b: Editable): boolean =>
  JSON.stringify([a.body, a.content, a.mentionIds]) ===
  JSON.stringify([b.body, b.content, b.mentionIds]);
