import type { Spec } from '../../../../acl/index.ts';
import { sumUnread } from '../../../../db/reading/rooms/counts.ts';
import type { Handler } from '../../../core/call.ts';

export const countAll: Handler<Spec<'chat.count_all'>> = async ({ hub, user }) => {
  const { direct, share, archived, heads } = await sumUnread(hub, user.id);
  return {
    total_cnt: direct + share + archived,
    contact_chat_cnt: direct,
    share_chat_cnt: share,
    archive_chat_cnt: archived,
    head_chat_cnt: heads,
    support_cnt: 0,
  };
};
