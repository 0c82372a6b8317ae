import type { Spec } from '../../../../acl/index.ts';
import { isReceiptExpected, moveReadPointerForward } from '../../../actions/read-marks.ts';
import type { Handler } from '../../../core/call.ts';
import { moveReadPointer } from './move-read-pointer.ts';

export const acknowledge: Handler<Spec<'chat.acknowledge'>> = (call) =>
  moveReadPointer(call, {
    move(reader, message) {
      if (isReceiptExpected(message, reader.now)) reader.lockHubWithNext([reader.user.id]);
      return moveReadPointerForward(reader, message);
    },
    bound: (ordinal) => ({ atLeast: ordinal }),
  });
