import type { Spec } from '../../../../acl/index.ts';
import { entriesOfMine } from '../../../../db/access/mail.ts';
import type { Handler } from '../../../core/call.ts';
import { presentMail } from '../../../present/mail.ts';
import { markMailRead } from '../shared/mark-mail-read.ts';

export const get: Handler<Spec<'messaging.get'>> = async (call) => {
  const { input, fail } = call;
  const entries = await entriesOfMine(call, input.box, input.message_ids);
  const requested = input.message_ids.length;
  if (entries.length === 0 && requested > 0)
    fail('MESSAGE_NOT_FOUND', 'message_ids: none of them is in this box');
  if (input.mark_read === 1) await markMailRead(call);
  return { requested, actual: entries.length, items: entries.map(presentMail) };
};
