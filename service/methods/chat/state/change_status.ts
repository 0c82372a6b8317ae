import type { Output, Spec } from '../../../../acl/index.ts';
import { isSystem } from '../../../../db/access/channels.ts';
import { groupToClose } from '../../../../db/access/groups.ts';
import { roomToMark, roomToRead } from '../../../../db/access/rooms.ts';
import { queueArchivedAt } from '../../../../db/rows/rooms/participants.ts';
import type { Call, Handler } from '../../../core/call.ts';

type ChangeStatus = Spec<'chat.change_status'>;
type Reply = Output<ChangeStatus>;

export const changeStatus: Handler<ChangeStatus> = (call) =>
  call.input.for === 'all' || isSystem(call) ? archiveForAll(call) : archiveForMe(call);

async function archiveForMe(call: Call<ChangeStatus>): Promise<Reply> {
  const { hub, user, input, emit, lockHubWithNext, fail } = call;
  const conversation = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
  const isArchived = input.status === 'archived';
  if (conversation.room && isArchivedNow(conversation.archivedAt, conversation.room) !== isArchived)
    lockHubWithNext([user.id]);
  const marked = conversation.room && (await roomToMark(call, conversation.room.id));
  if (!marked) return fail('ROOM_NOT_FOUND', 'entity_id: the conversation has no messages yet');
  const { room, mine } = marked;
  const reply: Reply = {
    entity_id: conversation.entityId,
    status: input.status,
    for: 'me',
    is_archived: room.archived || isArchived ? 1 : 0,
  };
  if (isArchivedNow(mine.archivedAt, room) === isArchived) return reply;
  queueArchivedAt(hub, room.id, user.id, isArchived ? room.lastOrdinal : null);
  await emit({ name: 'chat.change_status', about: room, targets: [user.id], data: reply });
  return reply;
}

/** Archived up to an ordinal: the next message brings the conversation back. */
const isArchivedNow = (archivedAt: number | null, room: { lastOrdinal: number }): boolean =>
  archivedAt === room.lastOrdinal;

async function archiveForAll(call: Call<ChangeStatus>): Promise<Reply> {
  const { input, emit } = call;
  const room = await groupToClose(call, input.entity_id);
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
