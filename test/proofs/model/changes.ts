import { expect } from 'chai';
import { type Doing, kind } from './command.ts';
import { emojis, type Message, type Refusal, type Truth } from './truth.ts';
import { answered } from './world.ts';

/** A message that was returned by a call. */
function found(truth: Truth, id: string): Message {
  const message = truth.messages.get(id);
  if (!message) throw new Error(`the model knows no message ${id}`);
  return message;
}

const reading = (truth: Truth, user: string, id: string): Refusal =>
  truth.seen(user, id) ? null : 'MESSAGE_NOT_FOUND';

const unreadOf = (truth: Truth, user: string, { room }: Message): number => {
  const { pointer } = truth.standing(room, user);
  const isNew = (message: Message) =>
    truth.sees(user, message) && message.author !== user && message.ordinal > pointer;
  return room.messages.filter(isNew).length;
};

async function edit({ truth, world, me, once, pick, own }: Doing): Promise<void> {
  const id = own();
  const isSame = once(5);
  const before = truth.messages.get(id);
  const text = isSame && before ? before.text : world.text();
  const mention = once(3) ? pick(world.players).id : undefined;
  const isStale = once(6);
  const version = isStale ? (before?.version ?? 0) + 1 : -1;
  const mentions = mention === undefined ? {} : { mention_ids: [mention] };
  const isAway =
    mention !== undefined &&
    !before?.mentions.includes(mention) &&
    !before?.room.members.has(mention);
  const late: Refusal = isStale ? 'VERSION_MISMATCH' : null;
  const isEmpty = text === '' && before?.files.length === 0;
  const bad: Refusal = isEmpty || isAway ? 'INVALID_INPUT' : null;
  const call = me.member.chat.edit({ message_id: id, message: text, version, ...mentions });
  const reply = await answered(call, truth.editing(me.id, id) ?? late ?? bad);
  if (!reply) return;
  const message = found(truth, id);
  const wanted = mention === undefined ? message.mentions : [mention];
  const isChanged = text !== message.text || String(wanted) !== String(message.mentions);
  if (isChanged)
    Object.assign(message, {
      text,
      mentions: wanted,
      version: message.version + 1,
      editedMs: reply.edited_ms,
    });
  expect(reply).to.include({
    message: text,
    version: message.version,
    edited_ms: message.editedMs,
  });
}

async function deleteSome(
  { truth, me, once, pick, own, message }: Doing,
  option: 'me' | 'all',
): Promise<void> {
  const withFiles = [...truth.messages.values()].filter(({ files }) => files.length > 0);
  const filed = withFiles.length > 0 && once(3) ? () => pick(withFiles).id : undefined;
  const any = filed ?? (once(option === 'all' ? 3 : 2) ? message : own);
  const ids = [...new Set(once(2) ? [any(), any(), any()] : [any()])];
  const refusal = truth.deleting(me.id, ids, option);
  const rows = await answered(me.member.chat.delete({ option, messages: ids }), refusal);
  if (!rows) return;
  expect(rows.map((row) => row.message_id)).to.deep.equal(ids);
  for (const id of ids) {
    if (option === 'all') truth.bury(found(truth, id));
    else found(truth, id).hiddenBy.add(me.id);
  }
}

async function acknowledge({ truth, me, message }: Doing): Promise<void> {
  const id = message();
  const reply = await answered(
    me.member.chat.acknowledge({ message_id: id }),
    reading(truth, me.id, id),
  );
  if (!reply) return;
  const read = found(truth, id);
  truth.read(me.id, read);
  const { pointer } = truth.standing(read.room, me.id);
  expect(reply).to.include({ ordinal: pointer, unread: unreadOf(truth, me.id, read) });
}

async function markUnread({ truth, me, message }: Doing): Promise<void> {
  const id = message();
  const reply = await answered(
    me.member.chat.mark_unread({ message_id: id }),
    reading(truth, me.id, id),
  );
  if (!reply) return;
  const unread = found(truth, id);
  truth.unread(me.id, unread);
  const { pointer } = truth.standing(unread.room, me.id);
  expect(reply).to.include({ ordinal: pointer, unread: unreadOf(truth, me.id, unread) });
}

/** All participants of a room read it concurrently. */
async function acknowledgeTogether({ truth, world, message }: Doing): Promise<void> {
  const id = message();
  const refusals = world.players.map((player) => reading(truth, player.id, id));
  await Promise.all(
    world.players.map(({ member }, n) =>
      answered(member.chat.acknowledge({ message_id: id }), refusals[n] ?? null),
    ),
  );
  for (const [n, { id: user }] of world.players.entries())
    if (!refusals[n]) truth.read(user, found(truth, id));
}

async function read({ truth, me, place, pick }: Doing): Promise<void> {
  const [entityId, limit] = [place(), pick([1, 3, 45])];
  const room = truth.conversation(me.id, entityId);
  const refusal = room || truth.isPerson(entityId) ? null : 'ROOM_NOT_FOUND';
  const rows = await answered(me.member.chat.messages({ entity_id: entityId, limit }), refusal);
  if (!rows) return;
  const seen = (room?.messages ?? []).filter((message) => truth.sees(me.id, message)).reverse();
  expect(rows.map((row) => row.message_id)).to.deep.equal(
    seen.slice(0, limit).map((message) => message.id),
  );
  // Unlike chat.acknowledge it does nothing where nothing is new.
  const [newest] = seen;
  if (newest && newest.ordinal > truth.standing(newest.room, me.id).pointer)
    truth.read(me.id, newest);
}

async function pin({ truth, me, message }: Doing): Promise<void> {
  const id = message();
  const refusal = truth.pinning(me.id, id);
  const { chat } = me.member;
  const reply = await answered(chat.pin({ message_id: id }), refusal);
  if (!reply) return;
  const { room } = found(truth, id);
  if (room.pins.some((one) => one.id === id)) return;
  const pins = await chat.pins({ entity_id: reply.entity_id });
  room.pins.unshift({ id, by: me.id, ms: pins[0]?.pinned_ms ?? 0 });
}

async function unpin({ truth, me, message, pick, once }: Doing): Promise<void> {
  const pinned = truth.rooms.flatMap((room) => room.pins.map(({ id }) => id));
  const id = pinned.length > 0 && !once(5) ? pick(pinned) : message();
  const reply = await answered(
    me.member.chat.unpin({ message_id: id }),
    truth.unpinning(me.id, id),
  );
  if (!reply) return;
  const { room } = found(truth, id);
  room.pins = room.pins.filter((one) => one.id !== id);
}

async function react({ truth, me, message, pick }: Doing): Promise<void> {
  const [id, emoji] = [message(), pick(emojis)];
  const reply = await answered(
    me.member.chat.react({ message_id: id, emoji }),
    truth.changing(me.id, id),
  );
  if (!reply) return;
  const { reactions } = found(truth, id);
  const given = reactions.get(emoji) ?? [];
  const isGiven = given.includes(me.id);
  reactions.set(emoji, isGiven ? given.filter((user) => user !== me.id) : [...given, me.id]);
  expect(reply.state).to.equal(isGiven ? 0 : 1);
}

/** Exactly these tags, replacing the member's others. */
async function setReactions({ truth, me, message, once }: Doing): Promise<void> {
  const [id, wanted] = [message(), emojis.filter(() => once(2))];
  const reply = await answered(
    me.member.chat.set_reactions({ message_id: id, emojis: wanted }),
    truth.changing(me.id, id),
  );
  if (!reply) return;
  const { reactions } = found(truth, id);
  for (const emoji of emojis) {
    const given = reactions.get(emoji) ?? [];
    const others = given.filter((user) => user !== me.id);
    if (!wanted.includes(emoji)) reactions.set(emoji, others);
    else if (!given.includes(me.id)) reactions.set(emoji, [...given, me.id]);
  }
  expect(reply.my_reactions).to.deep.equal(wanted);
}

export const changes = [
  ...kind(4, 'edit', edit),
  ...kind(3, 'deleteForMe', (doing) => deleteSome(doing, 'me')),
  ...kind(3, 'deleteForAll', (doing) => deleteSome(doing, 'all')),
  ...kind(3, 'acknowledge', acknowledge),
  ...kind(1, 'acknowledgeTogether', acknowledgeTogether),
  ...kind(4, 'markUnread', markUnread),
  ...kind(2, 'read', read),
  ...kind(2, 'pin', pin),
  ...kind(1, 'unpin', unpin),
  ...kind(3, 'react', react),
  ...kind(2, 'setReactions', setReactions),
];
