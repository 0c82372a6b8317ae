import type { Output, Spec } from '../../../../acl/index.ts';
import { messageToReact } from '../../../../db/access/rooms.ts';
import type { Alert } from '../../../../db/log/append.ts';
import { findMemberSettings } from '../../../../db/rows/hubs/settings.ts';
import {
  changeReactions,
  type EmojiCount,
  listEmoji,
  listReactions,
} from '../../../../db/rows/messages/reactions.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/pointers.ts';
import type { Call, Handlers } from '../../../core/call.ts';
import { isAlerting } from '../../../events/notify.ts';
import { presentReactions } from '../../../present/message.ts';

type React = Spec<'chat.react'>;
type SetReactions = Spec<'chat.set_reactions'>;
type Target = Awaited<ReturnType<typeof messageToReact>>;

const mostEmoji = 20;

export const reactions: Pick<Handlers<'chat'>, 'react' | 'set_reactions'> = {
  async react(call): Promise<Output<React>> {
    const { input, user, emit } = call;
    const target = await messageToReact(call, input.message_id);
    const { message, room } = target;
    const { emoji } = input;
    const there = await listEmoji(call.hub, message.id, user.id);
    const isMine = there.get(emoji)?.isMine ?? false;
    const state = input.state ?? (isMine ? 0 : 1);
    const isSame = (isMine ? 1 : 0) === state;
    const changes = {
      taken: !isSame && isMine ? [emoji] : [],
      given: isSame || isMine ? [] : [emoji],
    };
    const left = await change(call, target, there, changes);
    if (!isSame) {
      const about = { ...aboutOf(call, target), emoji, state };
      await emit({
        ...{
          name: 'chat.react',
          room,
          messageId: message.id,
          logged: about,
          data: { ...about, reactions: left },
        },
        alert: await alertOf(call, target, changes.given),
      });
    }
    return { ...placeOf(target), emoji, state, reactions: left };
  },

  async set_reactions(call): Promise<Output<SetReactions>> {
    const { input, user, emit } = call;
    const target = await messageToReact(call, input.message_id);
    const { message, room } = target;
    const wanted = [...new Set(input.emojis)];
    const there = await listEmoji(call.hub, message.id, user.id);
    const taken = [...there].flatMap(([emoji, { isMine }]) =>
      isMine && !wanted.includes(emoji) ? emoji : [],
    );
    const given = wanted.filter((emoji) => !there.get(emoji)?.isMine);
    const left = await change(call, target, there, { taken, given });
    if (taken.length + given.length > 0) {
      const about = { ...aboutOf(call, target), emojis: wanted };
      await emit({
        ...{ name: 'chat.set_reactions', room, messageId: message.id, logged: { ...about, given } },
        ...{
          data: { ...about, given, reactions: left },
          alert: await alertOf(call, target, given),
        },
      });
    }
    return { ...placeOf(target), my_reactions: wanted, reactions: left };
  },
};

type Reacting = Call<React> | Call<SetReactions>;

const placeOf = ({ message, room, entityId }: Target) => ({
  ...{ message_id: message.id, entity_id: entityId, room_id: room.id },
});
const aboutOf = ({ user }: Reacting, { message, room }: Target) => ({
  ...{ room_id: room.id, message_id: message.id, user_id: user.id, author_id: message.authorId },
});

/** Give and take back; answers what there is after it. */
async function change(
  { hub, user, fail, now }: Reacting,
  { message }: Target,
  there: ReadonlyMap<string, EmojiCount>,
  changes: { taken: readonly string[]; given: readonly string[] },
) {
  const { taken, given } = changes;
  const gone = taken.filter((emoji) => there.get(emoji)?.count === 1).length;
  const added = given.filter((emoji) => !there.has(emoji)).length;
  if (added > 0 && there.size - gone + added > mostEmoji)
    fail('REACTION_LIMIT', `emoji: the message would have over ${mostEmoji}`);
  if (taken.length + given.length > 0)
    await changeReactions(hub, { messageId: message.id, userId: user.id }, changes, now);
  return presentReactions((await listReactions(hub, [message.id])).get(message.id));
}

/** The message's author, where something was given to him, he is still in the room, and wants to know. */
async function alertOf(
  { hub, user }: Reacting,
  { message: { authorId }, room }: Target,
  given: readonly string[],
): Promise<Alert> {
  if (given.length === 0 || authorId === user.id) return { only: [] };
  const [present, settings] = await Promise.all([
    listParticipantIds(hub, room.id, [authorId]),
    findMemberSettings(hub, authorId),
  ]);
  return {
    only: present.filter(() =>
      isAlerting({ kind: 'reaction', authorId, actorId: user.id }, settings),
    ),
  };
}
