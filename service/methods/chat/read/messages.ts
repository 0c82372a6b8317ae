import type { Spec } from '../../../../acl/index.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { listHistory } from '../../../../db/reading/messages/history.ts';
import { roomOfEntity } from '../../../../db/reading/rooms/conversations.ts';
import { countUnreadAfter } from '../../../../db/reading/rooms/counts.ts';
import { numberedPage } from '../../../actions/numbered-page.ts';
import { isReceiptExpected, moveReadPointerForward } from '../../../actions/read-marks.ts';
import type { Handler } from '../../../core/call.ts';
import { historyPage, missingPlace } from './history-page.ts';
import { historyRows } from './history-rows.ts';

export const messages: Handler<Spec<'chat.messages'>> = async (call) => {
  const { hub, user, input, fail } = call;
  const { page, missing } = await historyPage(call, roomOfEntity(hub, user.id, input.entity_id));
  const views = missing
    ? []
    : await numberedPage(page, 'before', (part) =>
        listHistory(hub, user.id, input.entity_id, part),
      );
  const [newest] = views;
  if (!newest) {
    // Nothing to see in a conversation of the caller's, or no such conversation.
    const { room } = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
    return room && missing ? fail('MESSAGE_NOT_FOUND', missingPlace(missing)) : [];
  }
  const marksRead = input.mark_read === 1;
  if (marksRead && isReceiptExpected(newest, call.now)) call.lockHubWithNext([user.id]);
  const { roomId, ordinal } = newest;
  const isFurther = marksRead && ordinal > newest.pointer;
  const [counted, rows, moved] = await Promise.all([
    // Seldom: after a page of what was marked as unread, own messages may follow.
    isFurther && newest.postedAt > ordinal
      ? countUnreadAfter(hub, user.id, roomId, { atLeast: ordinal })
      : undefined,
    historyRows(call, views, { page: input.page, marksRead }),
    isFurther ? moveReadPointerForward(call, newest) : undefined,
  ]);
  await moved?.announce(counted);
  return rows;
};
