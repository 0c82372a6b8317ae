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

export const react: Handler<Spec<'chat.react'>> = async (call) => {
  const { hub, input, user, emit } = call;
  const target = await messageToReact(call, input.message_id);
  const { message, room } = target;
  const { emoji } = input;
  const existing = await listEmoji(hub, message.id, user.id);
  const isMine = existing.get(emoji)?.isMine ?? false;
  // Without a state the call toggles.
  const state = input.state ?? (isMine ? 0 : 1);
  const added = state === 1 && !isMine ? [emoji] : [];
  const removed = state === 0 && isMine ? [emoji] : [];
  const reactions = await applyReactions(call, target, existing, { added, removed });
  if (added.length + removed.length > 0) {
    const logged = { ...eventTarget(call, target), emoji, state };
    await emit({
      name: 'chat.react',
      room,
      messageId: message.id,
      logged,
      data: { ...logged, reactions },
      notify: await notifiedByReactions(call, target, added),
    });
  }
  return { ...replyTarget(target), emoji, state, reactions };
};
