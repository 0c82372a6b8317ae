import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { turnMailPage } from '../shared/mail-page.ts';

export const sysPageOffset: Handler<Spec<'messaging.sys_page_offset'>> = (call) =>
  turnMailPage(call, call.input, 'sys');
