import type { Spec } from '../../../../acl/index.ts';
import { entriesToChange } from '../../../../db/access/mail.ts';
import { deleteEntries } from '../../../../db/rows/mail/mailboxes.ts';
import type { Handler } from '../../../core/call.ts';

export const deleteMail: Handler<Spec<'messaging.delete'>> = async (call) => {
  const { hub, user, input, emit } = call;
  const entries = await entriesToChange(call, input.box, input.message_ids);
  const ids = entries.map((entry) => entry.id);
  if (ids.length > 0) {
    await deleteEntries(hub, user.id, input.box, ids);
    const data = { box: input.box, message_ids: ids };
    await emit({ name: 'messaging.delete', targets: [user.id], data });
  }
  return { requested: input.message_ids.length, actual: ids.length };
};
