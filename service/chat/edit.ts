import type { Output, Spec } from '../../acl/index.ts';
import { messageToEdit } from '../../db/loaders.ts';
import { type MessageView, queueEdit } from '../../db/messages.ts';
import { listParticipantIds } from '../../db/pointers.ts';
import { reactionsOf } from '../../db/reactions.ts';
import { listQuiet } from '../../db/settings.ts';
import { alertOfMentions } from '../alerting.ts';
import type { Call } from '../call.ts';
import { presentMessage } from '../present.ts';

type Edit = Spec<'chat.edit'>;

export async function edit(call: Call<Edit>): Promise<Output<Edit>> {
  const { hub, user, input, emit, fail, now } = call;
  const { message, room, entityId } = await messageToEdit(call, input.message_id);
  if (input.version >= 0 && input.version !== message.version)
    fail('VERSION_MISMATCH', `version: is ${message.version} by now`);
  if (input.message.trim() === '' && message.attachmentCount === 0)
    fail('INVALID_INPUT', 'message: empty, and no attachment');
  const mentionIds = await mentionsOf(call, message);
  const reactions = (await reactionsOf(hub, [message])).get(message.id);
  const reply = (view: MessageView) => ({ ...presentMessage(view, reactions), entity_id: entityId, seq: view.seq });
  if (input.message === message.body && isSame(mentionIds, message.mentionIds)) return reply(message);

  const to = { body: input.message, mentionIds, version: message.version + 1, editedMs: now };
  const edited: MessageView = { ...message, ...to };
  const added = mentionIds.filter((id) => !message.mentionIds.includes(id));
  const quiet = added.length > 0 ? await listQuiet(hub, room.id) : [];
  await emit({
    name: 'chat.edit',
    room,
    data: presentMessage(edited, reactions),
    alert: alertOfMentions({ kind: 'mention', authorId: user.id, mentionIds: added }, quiet),
    messageId: message.id,
    logged: { message_id: message.id, room_id: room.id, mention_ids: added },
  });
  queueEdit(hub, message.id, to);
  return reply(edited);
}

/** Those it had stay, also who has left meanwhile; who is new must be in the conversation. */
async function mentionsOf({ hub, input, fail }: Call<Edit>, { roomId, mentionIds }: MessageView): Promise<string[]> {
  if (input.mention_ids === undefined) return mentionIds;
  const wanted = [...new Set(input.mention_ids)];
  const added = wanted.filter((id) => !mentionIds.includes(id));
  if ((await listParticipantIds(hub, roomId, added)).length < added.length)
    fail('INVALID_INPUT', 'mention_ids: one of them is not in the conversation');
  return wanted;
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, index) => id === b[index]);
