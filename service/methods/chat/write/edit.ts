import type { Spec } from '../../../../acl/index.ts';
import { isInvisible } from '../../../../acl/text/characters.ts';
import { messageToEdit } from '../../../../db/access/messages.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/participants.ts';
import { editMessage, listEditDetails } from '../../../actions/edit-message.ts';
import type { Call, Handler } from '../../../core/call.ts';
import { presentMessageFiles } from '../../../present/file.ts';
import { presentMessage } from '../../../present/message.ts';
import { createLinks } from '../../../secrets/file-links.ts';

type Edit = Spec<'chat.edit'>;

export const edit: Handler<Edit> = async (call) => {
  const { hub, user, input, lockHubWithNext, fail } = call;
  const { mention_ids: mentioned = [] } = input;
  const { message, room, entityId, more } = await messageToEdit(
    call,
    input.message_id,
    ([seen]) => {
      if (seen.authorId === user.id) lockHubWithNext();
      return Promise.all([
        listParticipantIds(hub, seen.roomId, mentioned),
        listEditDetails(call, seen, mentioned.length > 0),
      ]);
    },
  );
  const [present, details] = more;
  if (input.version >= 0 && input.version !== message.version)
    fail('VERSION_MISMATCH', `version: the message now has version ${message.version}`);
  if (isInvisible(input.message) && message.attachmentCount === 0)
    fail('INVALID_INPUT', 'message: must not be empty without an attachment');
  const mentionIds = mentionsAfter(call, message, present);
  const content = message.content && { ...message.content, text: input.message };
  const wanted = { body: input.message, content, mentionIds };
  const view = await editMessage(call, room, message, wanted, details);
  return Object.assign(presentMessage(view, details.reactions), {
    entity_id: entityId,
    seq: view.seq,
    files: presentMessageFiles(view.files, createLinks(call)),
  });
};

/** Returns the mentions after the edit. Those that it adds must be among `present`. */
function mentionsAfter(
  { input, fail }: Call<Edit>,
  { mentionIds }: MessageView,
  present: readonly string[],
): string[] {
  if (input.mention_ids === undefined) return mentionIds;
  const wanted = [...new Set(input.mention_ids)];
  if (wanted.some((id) => !mentionIds.includes(id) && !present.includes(id)))
    fail('INVALID_INPUT', 'mention_ids: one of them is not in the conversation');
  return wanted;
}
