import { expect } from 'chai';
import { createLiveSockets } from '../../service/realtime/delivery/live-sockets.ts';
import type { ChatSocket } from '../../service/realtime/socket.ts';
import { ownApp } from '../support/app.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import type { Device } from '../support/socket.ts';
import { type Json, untyped } from '../support/untyped.ts';
import { eventually } from '../support/wait.ts';

const namesOf = ({ received }: Device): string[] => received.map(({ name }) => name);
const textsOf = ({ received }: Device): unknown[] =>
  received.flatMap(({ name, data }) => (name === 'chat.post' ? [untyped<Json>(data).message] : []));

/** Resolves once the devices have all that was published by now. */
async function flush(author: Member, reader: Member, devices: readonly Device[]): Promise<void> {
  const { seq } = await author.chat.post({ entity_id: reader.id, message: 'flush' });
  await eventually(() => devices.every(({ received }) => received.at(-1)?.seq === seq));
}

describe('The devices of a user', () => {
  it('receive what happens in a room from their adding to their removal', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, carol);
    using first = await bob.device();
    using second = await bob.device();
    using other = await carol.device();
    await alice.chat.post({ entity_id: room, message: 'before' });
    await alice.room.add({ entity_id: room, user_id: bob.id });
    await alice.chat.post({ entity_id: room, message: 'while' });
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await alice.chat.post({ entity_id: room, message: 'after' });
    await flush(alice, bob, [first, second]);
    for (const device of [first, second]) {
      expect(namesOf(device)).to.deep.equal(['room.add', 'chat.post', 'room.remove', 'chat.post']);
      expect(textsOf(device)).to.deep.equal(['while', 'flush']);
    }
    await flush(alice, carol, [other]);
    expect(textsOf(other)).to.deep.equal(['before', 'while', 'after', 'flush']);
  });

  it('still receive when another one closes, or opens again', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const closing = await bob.device();
    using stays = await bob.device();
    closing.close();
    await alice.chat.post({ entity_id: room, message: 'one is left' });
    using again = await bob.device();
    await alice.chat.post({ entity_id: room, message: 'two again' });
    await flush(alice, bob, [stays, again]);
    expect(textsOf(stays)).to.deep.equal(['one is left', 'two again', 'flush']);
    expect(textsOf(again)).to.deep.equal(['two again', 'flush']);
  });

  it('receive the same while one is live and one catches up', async () => {
    await using own = await ownApp();
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, own);
    const { alice, bob, carol } = members;
    const [joined, left] = [await newRoom(alice, carol), await newRoom(alice, bob, carol)];
    using live = await bob.device();
    const joins = holdReplies(own, 'AS joinedSeq');
    const opening = bob.device();
    await eventually(joins.isHolding);
    await alice.room.add({ entity_id: joined, user_id: bob.id });
    await alice.chat.post({ entity_id: left, message: 'last there' });
    await alice.room.remove({ entity_id: left, user_id: bob.id });
    for (const entity_id of [left, joined])
      await alice.chat.post({ entity_id, message: 'to one of them' });
    joins.release();
    using late = await opening;
    await alice.chat.post({ entity_id: left, message: 'not for bob' });
    await alice.chat.post({ entity_id: joined, message: 'to both' });
    await flush(alice, bob, [live, late]);
    expect(namesOf(live).slice(0, 4)).to.deep.equal([
      'room.add',
      'chat.post',
      'room.remove',
      'chat.post',
    ]);
    expect(textsOf(live)).to.deep.equal(['last there', 'to one of them', 'to both', 'flush']);
    expect(late.received).to.deep.equal(live.received);
  });
});

/** Holds back the replies to statements that contain a text, until they are released. */
function holdReplies({ pool: { roundTrips } }: Awaited<ReturnType<typeof ownApp>>, text: string) {
  const ask = roundTrips.ask.bind(roundTrips);
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHolding = false;
  roundTrips.ask = async (...args) => {
    const results = await ask(...args);
    if (!args[0].some(({ sql }) => sql.includes(text))) return results;
    isHolding = true;
    await released;
    return results;
  };
  return {
    isHolding: () => isHolding,
    release() {
      roundTrips.ask = ask;
      release();
    },
  };
}

describe('The live sockets', () => {
  const hubId = 'hub';
  // Its data is all that the index reads of a socket.
  const socketOf = (userId: string): ChatSocket => untyped({ data: { hubId, userId } });
  const rooms = ['one', 'two', 'three'];

  it('keep the rooms of a user once, until the last socket leaves', () => {
    const live = createLiveSockets();
    const [phone, laptop] = [socketOf('bob'), socketOf('bob')];
    live.add(phone, rooms);
    live.add(laptop, [...rooms].reverse());
    const user = live.find(hubId, 'bob');
    expect(user?.roomIds).to.deep.equal(rooms);
    expect([...(user?.sockets ?? [])]).to.deep.equal([phone, laptop]);
    expect([...live.inHub(hubId)]).to.deep.equal([user]);
    for (const roomId of rooms) expect([...live.inRoom(hubId, roomId)]).to.deep.equal([user]);
    live.remove(phone);
    live.remove(phone);
    for (const roomId of rooms) expect([...live.inRoom(hubId, roomId)]).to.deep.equal([user]);
    live.remove(laptop);
    for (const roomId of rooms) expect([...live.inRoom(hubId, roomId)]).to.deep.equal([]);
    expect(live.find(hubId, 'bob')).to.equal(undefined);
    expect([...live.inHub(hubId)]).to.deep.equal([]);
  });

  it('have in a room those who joined it and did not leave', () => {
    const live = createLiveSockets();
    const users = ['alice', 'bob', 'carol'];
    for (const userId of users) live.add(socketOf(userId), []);
    const inRoom = () => [...live.inRoom(hubId, 'one')].map(({ userId }) => userId);
    live.join(hubId, 'one', ['bob', 'nobody']);
    expect(inRoom()).to.deep.equal(['bob']);
    live.join(hubId, 'one', users);
    live.join(hubId, 'one', users);
    expect(inRoom()).to.have.members(users);
    live.leave(hubId, 'one', ['bob', 'nobody']);
    expect(inRoom()).to.have.members(['alice', 'carol']);
    live.leave(hubId, 'one', users);
    expect(inRoom()).to.deep.equal([]);
    expect([...live.inHub(hubId)].flatMap((user) => user.roomIds)).to.deep.equal([]);
    expect([...live.inRoom('other', 'one')]).to.deep.equal([]);
  });

  it('take the rooms that the newest socket was read with', () => {
    const live = createLiveSockets();
    live.add(socketOf('bob'), ['one', 'two']);
    live.add(socketOf('bob'), ['two', 'three']);
    expect(live.find(hubId, 'bob')?.roomIds).to.deep.equal(['two', 'three']);
    expect([...live.inRoom(hubId, 'one')]).to.deep.equal([]);
  });
});
