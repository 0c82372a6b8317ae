import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { readMailPage } from '../shared/mail-page.ts';

export const page: Handler<Spec<'messaging.page'>> = (call) =>
  readMailPage(call, { ...call.input, ownerId: call.user.id }, 'own');
