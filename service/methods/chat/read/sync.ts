import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { syncPage } from '../../../events/replay.ts';

export const sync: Handler<Spec<'chat.sync'>> = ({ hub, user, input, now }) =>
  syncPage(hub, { userId: user.id, now, ...input });
