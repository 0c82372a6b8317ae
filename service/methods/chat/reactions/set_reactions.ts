import type { Spec } from '../../../../acl/index.ts';
import type { Handler } from '../../../core/call.ts';
import {
  applyReactions,
  eventTarget,
  lockTarget,
  notifiedByReactions,
  replyTarget,
} from './change-reactions.ts';

export const setReactions: Handler<Spec<'chat.set_reactions'>> = async (call) => {
  const { input, emit } = call;
  const target = await lockTarget(call);
  const { message, room, existing } = target;
  const wanted = [...new Set(input.emojis)];
  const mine = existing.flatMap(({ emoji, isMine }) => (isMine ? emoji : []));
  const added = wanted.filter((emoji) => !mine.includes(emoji));
  const removed = mine.filter((emoji) => !wanted.includes(emoji));
  const reactions = applyReactions(call, target, { added, removed });
  if (added.length + removed.length > 0) {
    const logged = { ...eventTarget(call, target), emojis: wanted, given: added };
    await emit({
      name: 'chat.set_reactions',
      room,
      messageId: message.id,
      logged,
      data: { ...logged, reactions },
      notify: notifiedByReactions(call, target, added),
    });
  }
  return { ...replyTarget(target), my_reactions: wanted, reactions };
};
