import type { Spec } from '../../../../acl/index.ts';
import { listMail } from '../../../../db/rows/mail/mail.ts';
import type { Handler } from '../../../core/call.ts';
import { presentSharedMail } from '../../../present/mail.ts';

export const sysGet: Handler<Spec<'messaging.sys_get'>> = async ({ hub, input }) => {
  const ids = input.message_ids;
  const found = new Map((await listMail(hub, ids)).map((mail) => [mail.id, mail]));
  const items = ids.flatMap((id) => found.get(id) ?? []).map(presentSharedMail);
  return { requested: ids.length, actual: items.length, items };
};
