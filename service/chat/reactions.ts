import type { Output, Spec } from '../../acl/index.ts';
import { messageToReact } from '../../db/loaders.ts';
import { listParticipantIds } from '../../db/pointers.ts';
import { changeReaction, listEmoji, listReactions } from '../../db/reactions.ts';
import type { Alert } from '../../db/record.ts';
import { findMemberSettings } from '../../db/settings.ts';
import { isAlerting } from '../alerting.ts';
import type { Call, Handlers } from '../call.ts';
import { presentReactions } from '../present.ts';

type React = Spec<'chat.react'>;
type SetReactions = Spec<'chat.set_reactions'>;
type Target = Awaited<ReturnType<typeof messageToReact>>;

const mostEmoji = 20;

export const reactions: Pick<Handlers<'chat'>, 'react' | 'set_reactions'> = {
  async react(call): Promise<Output<React>> {
    const { input } = call;
    const target = await messageToReact(call, input.message_id);
    const { message, room, entityId } = target;
    const there = await listEmoji(call.hub, message.id, call.user.id);
    const isMine = there.get(input.emoji) ?? false;
    const state = input.state ?? (isMine ? 0 : 1);
    const changes: Change[] = (isMine ? 1 : 0) === state ? [] : [{ emoji: input.emoji, state }];
    const left = await change(call, target, there, changes);
    return {
      ...{ message_id: message.id, entity_id: entityId, room_id: room.id },
      ...{ emoji: input.emoji, state, reactions: left },
    };
  },

  async set_reactions(call): Promise<Output<SetReactions>> {
    const { input } = call;
    const target = await messageToReact(call, input.message_id);
    const { message, room, entityId } = target;
    const wanted = [...new Set(input.emojis)];
    const there = await listEmoji(call.hub, message.id, call.user.id);
    const taken = [...there].flatMap(([emoji, isMine]) => (isMine && !wanted.includes(emoji) ? emoji : []));
    const given = wanted.filter((emoji) => !there.get(emoji));
    const left = await change(call, target, there, [
      ...taken.map((emoji): Change => ({ emoji, state: 0 })),
      ...given.map((emoji): Change => ({ emoji, state: 1 })),
    ]);
    return {
      ...{ message_id: message.id, entity_id: entityId, room_id: room.id },
      ...{ my_reactions: wanted, reactions: left },
    };
  },
};

interface Change {
  emoji: string;
  state: 0 | 1;
}

/** Give and take back reactions, an event each, told with what there is after all of them. Answers that. */
async function change(
  call: Call<React> | Call<SetReactions>,
  { message, room }: Target,
  there: ReadonlyMap<string, boolean>,
  changes: readonly Change[],
) {
  const { hub, user, emit, fail, now } = call;
  const added = changes.filter(({ emoji, state }) => state === 1 && !there.has(emoji)).length;
  if (added > 0 && there.size + added > mostEmoji)
    fail('REACTION_LIMIT', `emoji: the message would have over ${mostEmoji}`);
  for (const { emoji, state } of changes)
    await changeReaction(hub, { messageId: message.id, userId: user.id, emoji }, state, now);
  const left = presentReactions((await listReactions(hub, [message.id])).get(message.id));
  const alert = changes.some(({ state }) => state === 1)
    ? await alertOf(call, message.authorId, room.id)
    : { only: [] };
  const about = { room_id: room.id, message_id: message.id, user_id: user.id, author_id: message.authorId };
  await emit(
    ...changes.map(({ emoji, state }) => ({
      ...{
        name: 'chat.react' as const,
        room,
        messageId: message.id,
        data: { ...about, emoji, state, reactions: left },
      },
      ...{ logged: { ...about, emoji, state }, alert: state === 1 ? alert : { only: [] } },
    })),
  );
  return left;
}

/** The message's author, where he is still in the room and wants to know. */
async function alertOf(
  { hub, user }: Call<React> | Call<SetReactions>,
  authorId: string,
  roomId: string,
): Promise<Alert> {
  if (authorId === user.id) return { only: [] };
  const [present, settings] = await Promise.all([
    listParticipantIds(hub, roomId, [authorId]),
    findMemberSettings(hub, authorId),
  ]);
  return { only: present.filter(() => isAlerting({ kind: 'reaction', authorId, actorId: user.id }, settings)) };
}
