import type { Spec } from '../../../../acl/index.ts';
import { moveReadPointerBack } from '../../../actions/read-marks.ts';
import type { Handler } from '../../../core/call.ts';
import { moveReadPointer } from './move-read-pointer.ts';

export const markUnread: Handler<Spec<'chat.mark_unread'>> = (call) =>
  moveReadPointer(call, {
    move: moveReadPointerBack,
    bound: (ordinal) => ({ atMost: ordinal - 1 }),
  });
