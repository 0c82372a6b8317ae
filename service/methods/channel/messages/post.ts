import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import { postContent } from './post-content.ts';

export const post: Handler<Spec<'channel.post'>> = (call) => postContent(call, call.input.content);
