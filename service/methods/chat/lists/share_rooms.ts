import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { listConversations } from './list-conversations.ts';

export const shareRooms: Handler<Spec<'chat.share_rooms'>> = (call) =>
  listConversations(call, { kind: 'group' });
