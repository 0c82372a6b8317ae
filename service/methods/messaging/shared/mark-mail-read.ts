import type { Spec } from '../../../../acl/index.ts';
import { entriesToChange } from '../../../../db/access/mail.ts';
import { markEntries } from '../../../../db/rows/mail/mailboxes.ts';
import type { Call } from '../../../core/call.ts';

/**
 * Marks messages of one of the caller's boxes as read; sent ones are never unread. Returns how many
 * of them are in the box.
 */
export async function markMailRead(
  call: Call<Spec<'messaging.get'>> | Call<Spec<'messaging.mark_read'>>,
): Promise<number> {
  const { hub, user, input, emit, now } = call;
  const { box } = input;
  const entries = await entriesToChange(call, box, input.message_ids);
  const unread = box === 'sent' ? [] : entries.filter((entry) => !entry.isRead);
  const ids = unread.map((entry) => entry.id);
  if (ids.length > 0) {
    await markEntries(hub, user.id, box, ids, now);
    const data = { box, message_ids: ids };
    await emit({ name: 'messaging.mark_read', targets: [user.id], data });
  }
  return entries.length;
}
