import type { Spec } from '../../../../acl/index.ts';
import { messageToReact } from '../../../../db/access/messages.ts';
import { listEmoji } from '../../../../db/rows/messages/reactions.ts';
import type { Handler } from '../../../core/call.ts';
import {
  applyReactions,
  eventTarget,
  notifiedByReactions,
  replyTarget,
} from './change-reactions.ts';

export const setReactions: Handler<Spec<'chat.set_reactions'>> = async (call) => {
  const { hub, input, user, emit } = call;
  const target = await messageToReact(call, input.message_id);
  const { message, room } = target;
  const wanted = [...new Set(input.emojis)];
  const existing = await listEmoji(hub, message.id, user.id);
  const mine = [...existing].flatMap(([emoji, { isMine }]) => (isMine ? emoji : []));
  const added = wanted.filter((emoji) => !mine.includes(emoji));
  const removed = mine.filter((emoji) => !wanted.includes(emoji));
  const reactions = await applyReactions(call, target, existing, { added, removed });
  if (added.length + removed.length > 0) {
    const logged = { ...eventTarget(call, target), emojis: wanted, given: added };
    await emit({
      name: 'chat.set_reactions',
      room,
      messageId: message.id,
      logged,
      data: { ...logged, reactions },
      notify: await notifiedByReactions(call, target, added),
    });
  }
  return { ...replyTarget(target), my_reactions: wanted, reactions };
};
