import type { Output, Spec } from '../../../../acl/index.ts';
import type { Content } from '../../../../acl/language/fields.ts';
import { recipientsOf } from '../../../../db/access/mail.ts';
import { newId } from '../../../../db/rows/ids.ts';
import { listMail, type MailRecord, queueMail } from '../../../../db/rows/mail/mail.ts';
import { type Delivery, deliverMail } from '../../../actions/deliver-mail.ts';
import type { Call } from '../../../core/call.ts';
import { replayedMailId } from './mail-echo.ts';

type Sending = Call<Spec<'messaging.send'>> | Call<Spec<'messaging.sys_send'>>;
type Sender = Pick<MailRecord, 'fromId' | 'fromName' | 'fromPic'>;

/** Sends a message to those of the members to whom the caller may send. */
export async function sendMail(
  call: Sending,
  toIds: readonly string[],
  content: Content,
  sender: Sender,
): Promise<Output<Spec<'messaging.send'>>> {
  const { hub, input, emit, now } = call;
  const id = newId();
  const reply = { requested: toIds.length, echoId: input.echoId };
  // A replay returns what was sent then, even if some recipients would be passed over by now.
  const replayedId = await replayedMailId(call, id, content);
  if (replayedId) {
    const [sent] = await listMail(hub, [replayedId]);
    return { ...reply, actual: sent?.toIds?.length ?? toIds.length, message_id: replayedId };
  }
  const recipients = await recipientsOf(call, toIds);
  const mail = newMail({ hubId: hub.id, id, ...sender, toIds: recipients, content }, now);
  const inboxes = recipients.map((ownerId): Delivery => ({ ownerId, box: 'inbox' }));
  const deliveries: Delivery[] =
    sender.fromId === null ? inboxes : [{ ownerId: sender.fromId, box: 'sent' }, ...inboxes];
  const delivery = deliverMail(hub, mail, deliveries, now);
  await emit(...delivery.events);
  queueMail(hub, mail);
  delivery.queue();
  return { ...reply, actual: recipients.length, message_id: id };
}

/** The row of a new message, which goes to its recipients at once. */
export const newMail = (
  given: Pick<MailRecord, 'hubId' | 'id' | 'toIds' | 'content'> & Sender,
  now: number,
): MailRecord => ({
  ...given,
  version: 1,
  sentMs: now,
  createdMs: now,
  updatedMs: now,
  bulkAfter: null,
  bulkSent: 0,
});

/** The sender of a message that the system sends under a name. */
export const systemSender = ({
  name,
  pic,
}: {
  name: string;
  pic?: string | undefined;
}): Sender => ({ fromId: null, fromName: name, fromPic: pic ?? null });
