import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';

export const boxes: Handler<Spec<'messaging.boxes'>> = async () => ['inbox', 'sent'];
