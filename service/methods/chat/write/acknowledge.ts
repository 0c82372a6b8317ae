import type { Spec } from '../../../../acl/index.ts';
import { moveReadPointerForward } from '../../../actions/read-marks.ts';
import type { Handler } from '../../../core/call.ts';
import { moveReadPointer } from './move-read-pointer.ts';

export const acknowledge: Handler<Spec<'chat.acknowledge'>> = (call) =>
  moveReadPointer(call, {
    move: moveReadPointerForward,
    bound: (ordinal) => ({ atLeast: ordinal }),
  });
