import type { Spec } from '../../../../acl/index.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { listHistory } from '../../../../db/reading/messages/history.ts';
import { numberedPage } from '../../../actions/numbered-page.ts';
import { moveReadPointerForward } from '../../../actions/read-marks.ts';
import type { Handler } from '../../../core/call.ts';
import { historyPage } from './history-page.ts';
import { historyRowsIn } from './history-rows.ts';

export const messages: Handler<Spec<'chat.messages'>> = async (call) => {
  const { hub, user, input } = call;
  const conversation = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
  if (!conversation.room) return [];
  const { room, pointer } = conversation;
  const views = await numberedPage(await historyPage(call, room.id), 'before', (page) =>
    listHistory(hub, user.id, room.id, page),
  );
  const marksRead = input.mark_read === 1;
  const rows = await historyRowsIn(call, views, new Map([[room.id, conversation]]), {
    page: input.page,
    marksRead,
  });
  const [newest] = views;
  if (marksRead && newest && newest.ordinal > pointer) {
    const moved = await moveReadPointerForward(call, room, newest.ordinal, newest.id);
    await moved.announce();
  }
  return rows;
};
