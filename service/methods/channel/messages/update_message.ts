import type { Spec } from '../../../../acl/index.ts';
import { refuseArchived } from '../../../../db/access/archived.ts';
import { channelMessageToChange } from '../../../../db/access/channels.ts';
import { editMessage, listEditDetails } from '../../../actions/edit-message.ts';
import type { Handler } from '../../../core/call.ts';
import { isEmpty, readContent } from './channel-content.ts';

export const updateMessage: Handler<Spec<'channel.update_message'>> = async (call) => {
  const { input, fail } = call;
  const { room, message } = await channelMessageToChange(call, input, 'update');
  if (!message) return fail('MESSAGE_NOT_FOUND', 'message_id: is not a message of this channel');
  refuseArchived(call, room, 'channel_id');
  if (message.forwardOf !== null)
    fail('PERMISSION_DENIED', 'message_id: a forwarded message cannot be edited');
  const content = readContent(call, input.content);
  if (isEmpty(content) && message.attachmentCount === 0)
    fail('INVALID_INPUT', 'text: must not be empty without an attachment');
  const wanted = { ...content, mentionIds: message.mentionIds };
  call.lockHubWithNext();
  const details = await listEditDetails(call, message, false);
  const view = await editMessage(call, room, message, wanted, details);
  return { message_id: view.id, version: view.version };
};
