import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { readMailPage } from '../shared/mail-page.ts';

export const sysPage: Handler<Spec<'messaging.sys_page'>> = (call) =>
  readMailPage(call, { ...call.input, ownerId: call.input.owner_id }, 'sys');
