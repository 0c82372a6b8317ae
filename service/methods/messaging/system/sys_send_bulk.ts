import type { Spec } from '../../../../acl/index.ts';
import { findHub } from '../../../../db/reading/identity/hubs.ts';
import { newId } from '../../../../db/rows/ids.ts';
import { queueMail } from '../../../../db/rows/mail/mail.ts';
import type { Handler } from '../../../core/call.ts';
import { readMailContent } from '../shared/mail-content.ts';
import { replayedMailId } from '../shared/mail-echo.ts';
import { newMail, systemSender } from '../shared/send-mail.ts';

export const sysSendBulk: Handler<Spec<'messaging.sys_send_bulk'>> = async (call) => {
  const { hub, input, bill, now } = call;
  const content = readMailContent(call);
  const id = newId();
  const replayedId = await replayedMailId(call, id, content);
  if (!replayedId) {
    await bill.members((await findHub(hub))?.memberCount ?? 0);
    const sender = systemSender(input.from);
    const mail = newMail({ hubId: hub.id, id, ...sender, toIds: null, content }, now);
    // From the member with the lowest id on: a job delivers it.
    queueMail(hub, { ...mail, bulkAfter: '' });
  }
  return { message_id: replayedId ?? id, echoId: input.echoId };
};
