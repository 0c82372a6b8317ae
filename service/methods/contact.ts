import { findMember, listMemberPage } from '../../db/reading/identity/members.ts';
import { deleteBlock, insertBlock } from '../../db/rows/identity/blocks.ts';
import type { Handlers } from '../core/call.ts';
import { presentCard } from '../present/member.ts';

export const contact: Handlers<'contact'> = {
  async list({ hub, user, input }) {
    const rows = await listMemberPage(hub, user.id, {
      key: input.key,
      after: input.after ?? '',
      limit: input.limit + 1,
    });
    return rows
      .filter((row) => row.id !== user.id)
      .slice(0, input.limit)
      .map((row) => ({
        ...presentCard(row),
        entity_id: row.id,
        is_blocked: row.isBlocked,
        cursor: row.id,
      }));
  },

  async block({ hub, user, input, emit, revoke, fail, now }) {
    const { entity_id: id } = input;
    const [peer, isNew] = await Promise.all([
      findMember(hub, id),
      insertBlock(hub, user.id, id, now),
    ]);
    // The block is taken back with the transaction.
    if (!peer || id === user.id) fail('INVALID_CONTACT', 'entity_id: is not another member');
    const data = { entity_id: id, is_blocked: 1 as const };
    if (isNew) {
      revoke({});
      await emit({ name: 'contact.block', targets: [user.id], data });
    }
    return data;
  },

  async unblock({ hub, user, input, emit, fail }) {
    const isBlocked = await deleteBlock(hub, user.id, input.entity_id);
    if (!isBlocked && !(await findMember(hub, input.entity_id)))
      fail('INVALID_CONTACT', 'entity_id: is not a member');
    const data = { entity_id: input.entity_id, is_blocked: 0 as const };
    if (isBlocked) await emit({ name: 'contact.unblock', targets: [user.id], data });
    return data;
  },
};
