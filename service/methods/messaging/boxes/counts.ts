import type { Spec } from '../../../../acl/index.ts';
import { countBoxes } from '../../../../db/rows/mail/mailboxes.ts';
import type { Handler } from '../../../core/call.ts';

export const counts: Handler<Spec<'messaging.counts'>> = async ({ hub, user }) => {
  const { inbox, unread, sent } = await countBoxes(hub, user.id);
  return { inbox: { total: inbox, unread }, sent: { total: sent, unread: 0 } };
};
