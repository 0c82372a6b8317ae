import type { Output, Spec } from '../../acl/index.ts';
import { messageToChange } from '../../db/loaders.ts';
import { changeReaction, countEmoji, listReactions } from '../../db/reactions.ts';
import type { Call } from '../call.ts';
import { presentReactions } from '../present.ts';

type React = Spec<'chat.react'>;

const mostEmoji = 20;

export async function react(call: Call<React>): Promise<Output<React>> {
  const { hub, user, input, emit, fail, now } = call;
  const { message, room, entityId } = await messageToChange(call, input.message_id);
  const { emoji } = input;
  const mine = { messageId: message.id, userId: user.id, emoji };
  const { different, isThere, isMine } = await countEmoji(hub, mine);
  const state = input.state ?? (isMine ? 0 : 1);
  const reply = { message_id: message.id, entity_id: entityId, room_id: room.id, emoji, state };
  const present = async () => presentReactions((await listReactions(hub, [message.id])).get(message.id));
  if ((isMine ? 1 : 0) === state) return { ...reply, reactions: await present() };
  if (!isThere && different >= mostEmoji) fail('REACTION_LIMIT', `emoji: the message has ${mostEmoji}`);

  await changeReaction(hub, mine, state, now);
  const reactions = await present();
  const about = {
    room_id: room.id,
    message_id: message.id,
    user_id: user.id,
    author_id: message.authorId,
    emoji,
    state,
  };
  await emit({ name: 'chat.react', room, data: { ...about, reactions }, messageId: message.id, logged: about });
  return { ...reply, reactions };
}
