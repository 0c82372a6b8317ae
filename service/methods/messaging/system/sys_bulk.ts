import type { Spec } from '../../../../acl/index.ts';
import { listMail } from '../../../../db/rows/mail/mail.ts';
import type { Handler } from '../../../core/call.ts';

export const sysBulk: Handler<Spec<'messaging.sys_bulk'>> = async ({ hub, input, fail }) => {
  const [mail] = await listMail(hub, [input.message_id]);
  if (!mail || mail.toIds !== null)
    return fail('MESSAGE_NOT_FOUND', 'message_id: is not a message to every member');
  return { message_id: mail.id, sent: mail.bulkSent, is_done: mail.bulkAfter === null ? 1 : 0 };
};
