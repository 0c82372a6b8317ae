import type { Spec } from '../../../../acl/index.ts';
import { tagOfMine } from '../../../../db/access/tags.ts';
import type { Handler } from '../../../core/call.ts';
import { listConversations } from './list-conversations.ts';

export const contactRooms: Handler<Spec<'chat.contact_rooms'>> = async (call) => {
  const { input } = call;
  const [, rows] = await Promise.all([
    input.tag_id && tagOfMine(call, input.tag_id),
    listConversations(call, { kind: 'direct', tagId: input.tag_id }),
  ]);
  return rows;
};
