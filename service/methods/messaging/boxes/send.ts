import type { Spec } from '../../../../acl/index.ts';
import { findPicture } from '../../../../db/rows/identity/users.ts';
import type { Handler } from '../../../core/call.ts';
import { presentCard } from '../../../present/member.ts';
import { readMailContent } from '../shared/mail-content.ts';
import { sendMail } from '../shared/send-mail.ts';

export const send: Handler<Spec<'messaging.send'>> = async (call) => {
  const { hub, user, input, limits, fail } = call;
  const toIds = [...new Set(input.to_ids)];
  const max = limits.maxRecipients;
  if (toIds.length > max) fail('RECIPIENT_LIMIT', `to_ids: at most ${max}`);
  const fromPic = await findPicture(hub, user.id);
  const sender = { fromId: user.id, fromName: presentCard(user).surname, fromPic };
  return sendMail(call, toIds, readMailContent(call), sender);
};
