import { expect } from 'chai';
import { notifyLevel } from '../../../acl/entities/room.ts';
import { check } from './check.ts';
import { type Doing, kind } from './command.ts';
import type { Refusal, Room, Truth } from './truth.ts';
import { answered, codeOf } from './world.ts';

const mostGroups = 4;

function groupOf(truth: Truth, id: string): Room {
  const room = truth.group(id);
  if (!room) throw new Error(`the model knows no group ${id}`);
  return room;
}

async function create({ truth, world, me, once, other }: Doing): Promise<void> {
  if (truth.groups().length >= mostGroups) return;
  const name = `Room ${truth.groups().length + 1}`;
  const others = [...new Set(once(3) ? [other().id] : world.players.map(({ id }) => id))].filter(
    (id) => id !== me.id,
  );
  const refusal = others.some((id) => truth.isBlocked(me.id, id)) ? 'INVALID_CONTACT' : null;
  const room = await answered(me.member.room.create({ name, user_ids: others }), refusal);
  if (!room) return;
  const { last_activity_ms } = await me.member.chat.chat_room_info({ key: room.entity_id });
  truth.openGroup(room.entity_id, name, last_activity_ms, [me.id, ...others]);
}

async function rename({ truth, world, me, group }: Doing): Promise<void> {
  const id = group();
  if (!id) return;
  const room = groupOf(truth, id);
  const closed: Refusal = room.isClosed ? 'ROOM_ARCHIVED' : null;
  const refusal = room.members.has(me.id) ? closed : 'ROOM_NOT_FOUND';
  const name = `Renamed ${world.text()}`;
  if (await answered(me.member.room.update({ entity_id: id, name }), refusal)) room.name = name;
}

async function add({ truth, me, group, other, once }: Doing): Promise<void> {
  const id = group();
  if (!id) return;
  const userIds = [...new Set(once(2) ? [other().id, other().id] : [other().id])];
  const refusal = truth.adding(me.id, id, userIds);
  const reply = await answered(me.member.room.add({ entity_id: id, user_ids: userIds }), refusal);
  if (!reply) return;
  const room = groupOf(truth, id);
  const joining = userIds.filter((user) => !room.members.has(user));
  truth.join(room, joining);
  expect([...reply.user_ids].sort()).to.deep.equal(joining.sort());
  expect(reply.member_count).to.equal(room.members.size);
}

async function remove({ truth, me, group, other, once }: Doing): Promise<void> {
  const id = group();
  if (!id) return;
  const room = groupOf(truth, id);
  const isLeaving = once(3);
  const leaver = isLeaving ? me.id : other().id;
  const leaving: Refusal = room.members.has(me.id) ? null : 'ROOM_NOT_FOUND';
  const refusal = isLeaving ? leaving : truth.managing(me.id, id);
  const reply = await answered(me.member.room.remove({ entity_id: id, user_id: leaver }), refusal);
  if (!reply) return;
  truth.leave(room, room.members.has(leaver) ? [leaver] : []);
  expect(reply.member_count).to.equal(room.members.size);
}

/** A member who is removed while posting has posted before, or the call fails. */
async function removePosting({ truth, world, me, group, other }: Doing): Promise<void> {
  const id = group();
  if (!id) return;
  const room = groupOf(truth, id);
  const poster = other();
  const refusal = truth.managing(me.id, id);
  const isIn = room.members.has(poster.id);
  const text = world.text();
  const [removed, posted] = await Promise.all([
    codeOf(me.member.room.remove({ entity_id: id, user_id: poster.id })),
    codeOf(poster.member.chat.post({ entity_id: id, message: text })),
  ]);
  expect('code' in removed ? removed.code : null).to.equal(refusal);
  const expected: Refusal = isIn ? (room.isClosed ? 'ROOM_ARCHIVED' : null) : 'INVALID_CONTACT';
  const isLate = isIn && !refusal && 'code' in posted && posted.code === 'INVALID_CONTACT';
  if (!isLate) expect('code' in posted ? posted.code : null).to.equal(expected);
  if ('value' in posted) {
    const { message_id, seq, ctime_ms: ctimeMs } = posted.value;
    const nothing = {
      threadId: null,
      mentions: [],
      files: [],
      forwardOf: null,
      version: 1,
      editedMs: null,
    };
    truth.add(room, { id: message_id, seq, ctimeMs, author: poster.id, text, ...nothing });
  }
  if ('value' in removed && isIn) truth.leave(room, [poster.id]);
}

/** Of a room that everyone has left nobody would get the event. */
async function destroy({ truth, me, group }: Doing): Promise<void> {
  const id = group();
  if (!id || groupOf(truth, id).members.size === 0) return;
  const reply = await answered(me.member.room.delete({ entity_id: id }), truth.managing(me.id, id));
  if (reply) truth.destroy(groupOf(truth, id));
}

/** For the member only, until the next message. */
async function archive({ truth, me, place, once }: Doing): Promise<void> {
  const [entityId, isBack] = [place(), once(3)];
  const room = truth.conversation(me.id, entityId);
  const status = isBack ? 'active' : 'archived';
  const call = me.member.chat.change_status({ entity_id: entityId, status });
  const reply = await answered(call, room ? null : 'ROOM_NOT_FOUND');
  if (!reply || !room) return;
  const standing = truth.standing(room, me.id);
  standing.archivedAt = isBack ? null : room.lastOrdinal;
  expect(reply.is_archived).to.equal(room.isClosed || !isBack ? 1 : 0);
}

/** For the member only; messages and unread numbers are as ever. */
async function notify({ truth, me, place, pick }: Doing): Promise<void> {
  const [entityId, level] = [place(), pick([...notifyLevel.values])];
  const room = truth.conversation(me.id, entityId);
  const call = me.member.chat.notify({ entity_id: entityId, level });
  const reply = await answered(call, room ? null : 'ROOM_NOT_FOUND');
  if (reply && room) truth.standing(room, me.id).level = level;
}

async function archiveForAll({ truth, me, group, once }: Doing): Promise<void> {
  const id = group();
  if (!id) return;
  const status = once(2) ? 'archived' : 'active';
  const call = me.member.chat.change_status({ entity_id: id, status, for: 'all' });
  const reply = await answered(call, truth.managing(me.id, id));
  if (reply) groupOf(truth, id).isClosed = status === 'archived';
}

async function block({ truth, me, other, once }: Doing): Promise<void> {
  const peer = other().id;
  const { contact } = me.member;
  if (once(2) || truth.blocks.has(`${me.id} ${peer}`)) {
    await answered(contact.unblock({ entity_id: peer }), null);
    truth.blocks.delete(`${me.id} ${peer}`);
    return;
  }
  await answered(contact.block({ entity_id: peer }), null);
  truth.blocks.add(`${me.id} ${peer}`);
}

export const rooms = [
  ...kind(3, 'create', create),
  ...kind(1, 'rename', rename),
  ...kind(3, 'add', add),
  ...kind(2, 'remove', remove),
  ...kind(1, 'removePosting', removePosting),
  ...kind(1, 'destroy', destroy),
  ...kind(3, 'archive', archive),
  ...kind(2, 'notify', notify),
  ...kind(1, 'archiveForAll', archiveForAll),
  ...kind(2, 'block', block),
];

export const devices = [
  ...kind(2, 'disconnect', async ({ world, me }) => world.disconnect(me.sometimes)),
  ...kind(2, 'connect', async ({ world, me }) => world.connect(me, me.sometimes)),
  ...kind(5, 'check', ({ world }) => check(world)),
];

export const watching = kind(6, 'disturb', async ({ world, me, pick }) =>
  world.watch?.disturb(me, pick),
);
