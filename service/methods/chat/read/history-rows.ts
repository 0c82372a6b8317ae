import type { MessageRow } from '../../../../acl/entities/message.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import type { HistoryView } from '../../../../db/reading/messages/history.ts';
import { listReactionsOf } from '../../../../db/rows/messages/reactions.ts';
import { presentHistoryRow } from '../../../present/message.ts';
import { createLinks, type LinkingCall } from '../../../secrets/file-links.ts';

/** Returns messages as rows of the reader's history. A second read only if any has reactions. */
export async function historyRows(
  call: LinkingCall & { hub: Hub },
  views: readonly HistoryView[],
  { page = 1, marksRead = false } = {},
): Promise<MessageRow[]> {
  const { hub, user } = call;
  const link = createLinks(call);
  const reactions = await listReactionsOf(hub, views, user.id);
  return views.map((view) =>
    presentHistoryRow(view, {
      userId: user.id,
      reactions: reactions.get(view.id),
      page,
      marksRead,
      link,
    }),
  );
}
