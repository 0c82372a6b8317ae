import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { syncPage } from '../../../events/replay.ts';

export const sync: Handler<Spec<'chat.sync'>> = ({ hub, user, input }) =>
  syncPage(hub, { userId: user.id, ...input });
