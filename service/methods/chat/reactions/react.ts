import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import {
  applyReactions,
  eventTarget,
  lockTarget,
  notifiedByReactions,
  replyTarget,
} from './change-reactions.ts';

export const react: Handler<Spec<'chat.react'>> = async (call) => {
  const { input, emit } = call;
  const target = await lockTarget(call);
  const { message, room, existing } = target;
  const { emoji } = input;
  const isMine = existing.some((one) => one.emoji === emoji && one.isMine);
  // Without a state the call toggles.
  const state = input.state ?? (isMine ? 0 : 1);
  const added = state === 1 && !isMine ? [emoji] : [];
  const removed = state === 0 && isMine ? [emoji] : [];
  const reactions = applyReactions(call, target, { added, removed });
  if (added.length + removed.length > 0) {
    const logged = { ...eventTarget(call, target), emoji, state };
    await emit({
      name: 'chat.react',
      room,
      messageId: message.id,
      logged,
      data: { ...logged, reactions },
      notify: notifiedByReactions(call, target, added),
    });
  }
  return { ...replyTarget(target), emoji, state, reactions };
};
