import type { Spec } from '../../../../acl/index.ts';
import { systemMailToRead } from '../../../../db/access/mail.ts';
import type { Handler } from '../../../core/call.ts';
import { presentSharedMail } from '../../../present/mail.ts';

export const sysGet: Handler<Spec<'messaging.sys_get'>> = async (call) => {
  const ids = call.input.message_ids;
  const items = (await systemMailToRead(call, ids)).map(presentSharedMail);
  return { requested: ids.length, actual: items.length, items };
};
