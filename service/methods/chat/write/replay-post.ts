import type { Output, Spec } from '../../../../acl/index.ts';
import { listViews } from '../../../../db/reading/messages/views.ts';
import { countUnread, sumUnread } from '../../../../db/reading/rooms/counts.ts';
import type { Echo } from '../../../../db/rows/messages/echoes.ts';
import { listReactionsOf } from '../../../../db/rows/messages/reactions.ts';
import type { Call } from '../../../core/call.ts';
import { presentMessageFiles } from '../../../present/file.ts';
import { presentMessage } from '../../../present/message.ts';
import { createLinks, type LinkingCall } from '../../../secrets/file-links.ts';

type Post = Spec<'chat.post'>;

/**
 * Returns the message that an earlier chat.post with the same echoId made, as it is now. Fails with
 * ECHO_ID_CONFLICT if that call asked for something else.
 */
export async function replayPost(
  call: Pick<Call<Post>, 'hub' | 'user' | 'input' | 'fail'> & LinkingCall,
  echo: Echo,
  { digest, entityId }: { digest: string; entityId: string },
): Promise<Output<Post>> {
  const { hub, user, input, fail } = call;
  if (echo.digest !== digest) fail('ECHO_ID_CONFLICT', 'echoId: was used for a different message');
  const [view] = await listViews(hub, user.id, [echo.madeId]);
  if (!view) return fail('ECHO_ID_CONFLICT', 'echoId: its message does not exist any more');
  const [room, unread, reactions] = await Promise.all([
    countUnread(hub, user.id, view.roomId),
    sumUnread(hub, user.id),
    listReactionsOf(hub, [view]),
  ]);
  return Object.assign(presentMessage(view, reactions.get(view.id)), {
    entity_id: entityId,
    to_id: user.id,
    seq: view.seq,
    files: presentMessageFiles(view.files, createLinks(call)),
    room,
    total: unread.direct + unread.share + unread.archived,
    echoId: input.echoId,
    deleted: view.deletedMs === null ? undefined : (1 as const),
  });
}
