import type { Spec } from '../../../acl/index.ts';
import { listUsersOfHub } from '../../../db/reading/identity/users.ts';
import type { Handler } from '../../core/call.ts';
import { presentUserOfHub } from '../../present/member.ts';

export const list: Handler<Spec<'user.list'>> = async ({ hub, caller, input }) => {
  const { key, cursor: after = '', limit } = input;
  const rows = await listUsersOfHub(hub, { key, after, limit });
  return rows.map((row) => ({
    ...presentUserOfHub(row, caller.kind === 'operator'),
    cursor: row.id,
  }));
};
