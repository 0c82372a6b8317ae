import type { Spec } from '../../../../acl/index.ts';
import { tagOfMine } from '../../../../db/access/tags.ts';
import type { Handler } from '../../../core/call.ts';
import { listConversations } from './list-conversations.ts';

export const contactRooms: Handler<Spec<'chat.contact_rooms'>> = async (call) => {
  const { input } = call;
  if (input.tag_id) await tagOfMine(call, input.tag_id);
  return listConversations(call, { kind: 'direct', tagId: input.tag_id });
};
