import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { markMailRead } from '../shared/mark-mail-read.ts';

export const markRead: Handler<Spec<'messaging.mark_read'>> = async (call) => ({
  requested: call.input.message_ids.length,
  actual: await markMailRead(call),
});
