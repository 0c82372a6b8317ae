import type { Output, Spec } from '../../../../acl/index.ts';
import { messageToEdit } from '../../../../db/access/rooms.ts';
import { listQuiet } from '../../../../db/rows/hubs/settings.ts';
import { type MessageView, queueEdit } from '../../../../db/rows/messages/messages.ts';
import { reactionsOf } from '../../../../db/rows/messages/reactions.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/pointers.ts';
import type { LockedRoom } from '../../../../db/rows/rooms/rooms.ts';
import type { Call } from '../../../core/call.ts';
import { alertOfMentions } from '../../../events/notify.ts';
import { presentMessage } from '../../../present/message.ts';

type Edit = Spec<'chat.edit'>;

export async function edit(call: Call<Edit>): Promise<Output<Edit>> {
  const { hub, input, fail } = call;
  const { message, room, entityId } = await messageToEdit(call, input.message_id);
  if (input.version >= 0 && input.version !== message.version)
    fail('VERSION_MISMATCH', `version: is ${message.version} by now`);
  if (input.message.trim() === '' && message.attachmentCount === 0)
    fail('INVALID_INPUT', 'message: empty, and no attachment');
  const mentionIds = await mentionsOf(call, message);
  const content = message.content && { ...message.content, text: input.message };
  const edited = await rewrite(call, message, room, { body: input.message, content, mentionIds });
  const reactions = (await reactionsOf(hub, [message])).get(message.id);
  return { ...presentMessage(edited, reactions), entity_id: entityId, seq: edited.seq };
}

type Rewriting = Pick<Call<Edit>, 'hub' | 'emit' | 'now'>;

/** Give a locked message what it holds now, and tell it; nothing, where that is what it holds already. */
export async function rewrite(
  { hub, emit, now }: Rewriting,
  message: MessageView,
  room: LockedRoom,
  holds: Pick<MessageView, 'body' | 'content' | 'mentionIds'>,
): Promise<MessageView> {
  const { body, content, mentionIds } = message;
  if (
    JSON.stringify([holds.body, holds.content, holds.mentionIds]) ===
    JSON.stringify([body, content, mentionIds])
  )
    return message;
  const to = { ...holds, version: message.version + 1, editedMs: now };
  const edited: MessageView = { ...message, ...to };
  const reactions = (await reactionsOf(hub, [message])).get(message.id);
  const added = holds.mentionIds.filter((id) => !mentionIds.includes(id));
  const quiet = added.length > 0 ? await listQuiet(hub, room.id) : [];
  await emit({
    name: 'chat.edit',
    room,
    data: presentMessage(edited, reactions),
    alert: alertOfMentions(
      { kind: 'mention', authorId: message.authorId, mentionIds: added },
      quiet,
    ),
    messageId: message.id,
    logged: { message_id: message.id, room_id: room.id, mention_ids: added },
  });
  queueEdit(hub, message.id, to);
  return edited;
}

/** Those it had stay, also who has left meanwhile; who is new must be in the conversation. */
async function mentionsOf(
  { hub, input, fail }: Call<Edit>,
  { roomId, mentionIds }: MessageView,
): Promise<string[]> {
  if (input.mention_ids === undefined) return mentionIds;
  const wanted = [...new Set(input.mention_ids)];
  const added = wanted.filter((id) => !mentionIds.includes(id));
  if ((await listParticipantIds(hub, roomId, added)).length < added.length)
    fail('INVALID_INPUT', 'mention_ids: one of them is not in the conversation');
  return wanted;
}
