import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { postContent } from './post-content.ts';

export const postSimple: Handler<Spec<'channel.post_simple'>> = (call) =>
  postContent(call, { text: call.input.text });
