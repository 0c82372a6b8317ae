import type { Output, Spec } from '../../../../acl/index.ts';
import { groupToManage, roomToMark, roomToRead } from '../../../../db/access/rooms.ts';
import { archiveFor } from '../../../../db/rows/rooms/pointers.ts';
import type { Call } from '../../../core/call.ts';

type ChangeStatus = Spec<'chat.change_status'>;
type Reply = Output<ChangeStatus>;

export const changeStatus = (call: Call<ChangeStatus>): Promise<Reply> =>
  call.input.for === 'all' ? forAll(call) : forMe(call);

async function forMe(call: Call<ChangeStatus>): Promise<Reply> {
  const { hub, user, input, emit, fail } = call;
  const conversation = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
  const marked = conversation.room && (await roomToMark(call, conversation.room.id));
  if (!marked) return fail('ROOM_NOT_FOUND', 'entity_id: nothing was said there yet');
  const { room, mine } = marked;
  const archivedAt = input.status === 'archived' ? room.lastOrdinal : null;
  const reply: Reply = {
    entity_id: conversation.entityId,
    status: input.status,
    for: 'me',
    is_archived: room.archived || archivedAt !== null ? 1 : 0,
  };
  const isAlready =
    input.status === 'archived'
      ? mine.archivedAt === room.lastOrdinal
      : mine.archivedAt !== room.lastOrdinal;
  if (isAlready) return reply;
  await archiveFor(hub, room.id, user.id, archivedAt);
  await emit({ name: 'chat.change_status', about: room, targets: [user.id], data: reply });
  return reply;
}

async function forAll(call: Call<ChangeStatus>): Promise<Reply> {
  const { input, emit } = call;
  const room = await groupToManage(call, input.entity_id);
  const archived = input.status === 'archived';
  const reply: Reply = {
    entity_id: room.id,
    status: input.status,
    for: 'all',
    is_archived: archived ? 1 : 0,
  };
  if (room.archived === archived) return reply;
  room.change({ archived });
  await emit({ name: 'chat.change_status', room, data: reply });
  return reply;
}
