import type { Spec } from '../../../../acl/index.ts';
import { systemMailToChange } from '../../../../db/access/mail.ts';
import { queueMailContent } from '../../../../db/rows/mail/mail.ts';
import type { Handler } from '../../../core/call.ts';
import { presentSharedMail } from '../../../present/mail.ts';
import { readMailContent } from '../shared/mail-content.ts';
import { receiversOf } from './receivers.ts';

export const sysUpdate: Handler<Spec<'messaging.sys_update'>> = async (call) => {
  const { hub, input, emit, now } = call;
  const content = readMailContent(call);
  const ids = [input.message_id];
  const [mail] = await systemMailToChange(call, ids, input.version, 'update');
  const reply = { requested: 1, actual: mail ? 1 : 0, message_id: input.message_id };
  if (!mail || JSON.stringify(content) === JSON.stringify(mail.content)) return reply;
  const change = { content, version: mail.version + 1, updatedMs: now };
  const version = { message_id: mail.id, message_version: change.version };
  const isToEveryone = mail.toIds === null;
  const event = {
    name: 'messaging.sys_update' as const,
    // Every member receives this event, also one who has deleted the message: no content.
    data: isToEveryone ? version : presentSharedMail({ ...mail, ...change }),
    logged: isToEveryone ? version : { message_id: mail.id },
  };
  const receivers = await receiversOf(hub, mail);
  await emit(...receivers.map((receiver) => ({ ...event, ...receiver })));
  queueMailContent(hub, mail.id, change);
  return reply;
};
