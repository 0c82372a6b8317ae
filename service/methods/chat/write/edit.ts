import type { Output, Spec } from '../../../../acl/index.ts';
import { messageToEdit } from '../../../../db/access/rooms.ts';
import { listQuiet } from '../../../../db/rows/hubs/settings.ts';
import { type MessageView, queueEdit } from '../../../../db/rows/messages/messages.ts';
import { type ReactionView, reactionsOf } from '../../../../db/rows/messages/reactions.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/pointers.ts';
import type { LockedRoom } from '../../../../db/rows/rooms/rooms.ts';
import type { Call } from '../../../core/call.ts';
import { alertOfMentions } from '../../../events/notify.ts';
import { presentMessage } from '../../../present/message.ts';

type Edit = Spec<'chat.edit'>;

export async function edit(call: Call<Edit>): Promise<Output<Edit>> {
  const { input, fail } = call;
  const { message, room, entityId } = await messageToEdit(call, input.message_id);
  if (input.version >= 0 && input.version !== message.version)
    fail('VERSION_MISMATCH', `version: is ${message.version} by now`);
  if (input.message.trim() === '' && message.attachmentCount === 0)
    fail('INVALID_INPUT', 'message: empty, and no attachment');
  const mentionIds = await mentionsOf(call, message);
  const content = message.content && { ...message.content, text: input.message };
  const holds = { body: input.message, content, mentionIds };
  const { edited, reactions } = await rewrite(call, message, room, holds);
  return { ...presentMessage(edited, reactions), entity_id: entityId, seq: edited.seq };
}

type Rewriting = Pick<Call<Edit>, 'hub' | 'emit' | 'now'>;

/** Changes a locked message and emits the event; does nothing if it holds the same already. */
export async function rewrite(
  { hub, emit, now }: Rewriting,
  message: MessageView,
  room: LockedRoom,
  holds: Pick<MessageView, 'body' | 'content' | 'mentionIds'>,
): Promise<{ edited: MessageView; reactions: ReactionView[] | undefined }> {
  const { body, content, mentionIds } = message;
  const added = holds.mentionIds.filter((id) => !mentionIds.includes(id));
  const [found, quiet] = await Promise.all([
    reactionsOf(hub, [message]),
    added.length > 0 ? listQuiet(hub, room.id) : [],
  ]);
  const reactions = found.get(message.id);
  if (
    JSON.stringify([holds.body, holds.content, holds.mentionIds]) ===
    JSON.stringify([body, content, mentionIds])
  )
    return { edited: message, reactions };
  const to = { ...holds, version: message.version + 1, editedMs: now };
  const edited: MessageView = { ...message, ...to };
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
  return { edited, reactions };
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
