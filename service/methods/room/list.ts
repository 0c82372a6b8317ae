import type { Spec } from '../../../acl/index.ts';
import { groupsToList } from '../../../db/access/groups.ts';
import type { Handler } from '../../core/call.ts';
import { presentRoom } from '../../present/room.ts';

export const list: Handler<Spec<'room.list'>> = async (call) => {
  const { input } = call;
  const rows = await groupsToList(call, input.all === 1, {
    isPublic: input.public === 1,
    ids: input.entity_ids,
    key: input.key,
    after: input.after ?? '',
    limit: input.limit,
  });
  return rows.map((row) => ({
    ...presentRoom(row, row.ownerIds?.split(',') ?? []),
    cursor: row.id,
  }));
};
