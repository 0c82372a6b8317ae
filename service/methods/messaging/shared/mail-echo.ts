import type { Spec } from '../../../../acl/index.ts';
import type { Content } from '../../../../acl/language/fields.ts';
import { isEchoKey } from '../../../../acl/language/fields.ts';
import { digestOf, insertEcho, listEchoes } from '../../../../db/rows/messages/echoes.ts';
import type { Call } from '../../../core/call.ts';

type Sending =
  | Call<Spec<'messaging.send'>>
  | Call<Spec<'messaging.sys_send'>>
  | Call<Spec<'messaging.sys_send_bulk'>>;

/**
 * Returns the id of the message that an earlier call with the same echoId sent. If there is none,
 * notes that this call sends `id`, and returns undefined. Fails with ECHO_ID_CONFLICT.
 */
export async function replayedMailId(
  { hub, user, input, fail }: Sending,
  id: string,
  content: Content,
): Promise<string | undefined> {
  if (!isEchoKey(input.echoId)) return undefined;
  // No echoId contains a newline, so nothing else that this author makes can have the same key.
  const key = { authorId: user.id, roomId: '', echoKey: `${input.echoId}\nmail` };
  const recipients = 'to_ids' in input ? [...new Set(input.to_ids)].sort() : 'everybody';
  const sender = 'from' in input ? [input.from] : [];
  const digest = digestOf(content, recipients, ...sender);
  const [echo] = await listEchoes(hub, [key]);
  if (echo && echo.digest !== digest)
    fail('ECHO_ID_CONFLICT', 'echoId: was used for a different message');
  if (!echo) await insertEcho(hub, { ...key, digest, madeId: id });
  return echo?.madeId;
}
