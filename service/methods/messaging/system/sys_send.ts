import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { readMailContent } from '../shared/mail-content.ts';
import { sendMail, systemSender } from '../shared/send-mail.ts';

export const sysSend: Handler<Spec<'messaging.sys_send'>> = async (call) => {
  const { input } = call;
  const toIds = [...new Set(input.to_ids)];
  return sendMail(call, toIds, readMailContent(call), systemSender(input.from));
};
