import type { Spec } from '../../../../acl/index.ts';
import { isInvisible } from '../../../../acl/text/characters.ts';
import { messageToEdit } from '../../../../db/access/messages.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/participants.ts';
import { editMessage } from '../../../actions/edit-message.ts';
import type { Call, Handler } from '../../../core/call.ts';
import { presentMessage } from '../../../present/message.ts';

type Edit = Spec<'chat.edit'>;

export const edit: Handler<Edit> = async (call) => {
  const { input, fail } = call;
  const { message, room, entityId } = await messageToEdit(call, input.message_id);
  if (input.version >= 0 && input.version !== message.version)
    fail('VERSION_MISMATCH', `version: the message now has version ${message.version}`);
  if (isInvisible(input.message) && message.attachmentCount === 0)
    fail('INVALID_INPUT', 'message: must not be empty without an attachment');
  const mentionIds = await mentionsAfter(call, message);
  const content = message.content && { ...message.content, text: input.message };
  const wanted = { body: input.message, content, mentionIds };
  const { view, reactions } = await editMessage(call, room, message, wanted);
  return Object.assign(presentMessage(view, reactions), { entity_id: entityId, seq: view.seq });
};

/** Returns the mentions after the edit. Only those it adds must be in the conversation. */
async function mentionsAfter(
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
