import type { Spec } from '../../../../acl/index.ts';
import { tagOfMine } from '../../../../db/access/tags.ts';
import { countTagged } from '../../../../db/reading/rooms/tags.ts';
import type { Handler } from '../../../core/call.ts';

export const tagChatCount: Handler<Spec<'chat.tag_chat_count'>> = async (call) => {
  const { hub, user, input } = call;
  const [{ id, name }, counts] = await Promise.all([
    tagOfMine(call, input.tag_id),
    countTagged(hub, user.id, input.tag_id),
  ]);
  const count = counts.get(id);
  return [
    {
      tag_id: id,
      tag_name: name,
      chat_count: count?.rooms ?? 0,
      room_count: count?.unread ?? 0,
    },
  ];
};
