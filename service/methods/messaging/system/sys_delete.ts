import type { Spec } from '../../../../acl/index.ts';
import { systemMailToChange } from '../../../../db/access/mail.ts';
import { queueMailDeletion } from '../../../../db/writing/mail.ts';
import type { Handler } from '../../../core/call.ts';
import { receiversOf } from './receivers.ts';

export const sysDelete: Handler<Spec<'messaging.sys_delete'>> = async (call) => {
  const { hub, input, emit } = call;
  const ids = [...new Set(input.message_ids)];
  const found = await systemMailToChange(call, ids, input.version, 'delete');
  const events = await Promise.all(
    found.map(async (mail) => {
      const data = { message_id: mail.id, deleted: 1 as const };
      const event = { name: 'messaging.sys_delete' as const, data };
      return (await receiversOf(hub, mail)).map((receiver) => ({ ...event, ...receiver }));
    }),
  );
  await emit(...events.flat());
  if (found.length > 0)
    queueMailDeletion(
      hub,
      found.map((mail) => mail.id),
    );
  return { requested: input.message_ids.length, actual: found.length };
};
