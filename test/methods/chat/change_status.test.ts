import { expect } from 'chai';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';

const rowOf = (member: Member, entityId: string) => member.chat.chat_room_info({ key: entityId });

describe('chat.change_status', () => {
  it('archives a conversation for the caller alone, on all their devices', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    using device = await alice.device();
    using other = await bob.device();
    const reply = { entity_id: bob.id, status: 'archived', for: 'me', is_archived: 1 } as const;
    expect(await alice.chat.change_status({ entity_id: bob.id, status: 'archived' })).to.deep.equal(
      reply,
    );
    const event = await device.next('chat.change_status');
    expect(event).to.include({ stream: alice.id, entity_id: bob.id });
    expect(event.data).to.deep.equal(reply);
    expect(await alice.chat.chat_rooms()).to.deep.equal([]);
    const archived = await alice.chat.chat_rooms({ option: 'archived' });
    expect(archived.map((row) => [row.entity_id, row.is_archived, row.status])).to.deep.equal([
      [bob.id, 1, 'archived'],
    ]);
    expect(await alice.chat.count_all()).to.include({ archive_chat_cnt: 1, contact_chat_cnt: 0 });
    expect((await bob.chat.chat_rooms())[0]).to.include({ is_archived: 0, status: 'active' });
    expect(other.received).to.deep.equal([]);
  });

  it('is undone by status active, and by a new message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const archive = () => alice.chat.change_status({ entity_id: room, status: 'archived' });
    await archive();
    expect(await rowOf(alice, room), 'an empty conversation too').to.include({ is_archived: 1 });
    expect(await alice.chat.change_status({ entity_id: room, status: 'active' })).to.include({
      is_archived: 0,
    });
    expect(await rowOf(alice, room)).to.include({ is_archived: 0 });
    await archive();
    await bob.chat.post({ entity_id: room, message: 'wakes it' });
    expect(await rowOf(alice, room)).to.include({ is_archived: 0, status: 'active' });
    await archive();
    await alice.chat.post({ entity_id: room, message: 'so does an own message' });
    expect(await rowOf(alice, room)).to.include({ is_archived: 0 });
  });

  it('publishes nothing, and uses no seq, when the status is unchanged', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { seq } = await alice.chat.sync({ since: 0 });
    await alice.chat.change_status({ entity_id: room, status: 'active' });
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    expect((await alice.chat.sync({ since: 0 })).seq).to.equal(seq);
    for (const target of ['me', 'all'] as const) {
      const call = { entity_id: room, status: 'archived', for: target } as const;
      expect(await alice.chat.change_status(call)).to.deep.equal(
        await alice.chat.change_status(call),
      );
    }
    expect((await alice.chat.sync({ since: 0 })).seq).to.equal(seq + 2);
  });

  it('archives a group for all: read-only until restored, published to everyone', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob);
    await bob.chat.post({ entity_id: room, message: 'before' });
    using device = await bob.device();
    using stranger = await carol.device();
    const reply = { entity_id: room, status: 'archived', for: 'all', is_archived: 1 } as const;
    expect(
      await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' }),
    ).to.deep.equal(reply);
    const event = await device.next('chat.change_status');
    expect(event).to.include({ stream: room, entity_id: room, actor_id: alice.id });
    expect(event.data).to.deep.equal(reply);
    await refused(bob.chat.post({ entity_id: room, message: 'after' }), 'ROOM_ARCHIVED');
    await refused(bob.room.update({ entity_id: room, name: 'after' }), 'ROOM_ARCHIVED');
    await refused(bob.room.add({ entity_id: room, user_id: carol.id }), 'ROOM_ARCHIVED');
    expect(await bob.chat.messages({ entity_id: room }), 'still readable').to.have.length(1);
    expect(await rowOf(bob, room)).to.include({ is_archived: 1 });
    expect(
      await bob.chat.change_status({ entity_id: room, status: 'active' }),
      'only the owner can restore it for all',
    ).to.include({
      is_archived: 1,
    });
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    expect((await device.next('chat.change_status')).data).to.include({
      status: 'active',
      is_archived: 0,
    });
    await bob.chat.post({ entity_id: room, message: 'after' });
    expect(stranger.received).to.deep.equal([]);
  });

  it('lets an admin archive a room for all without being in it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31, mod: 15 });
    const { alice, bob, admin, mod } = members;
    const room = await newRoom(alice, bob);
    await refused(
      mod.chat.change_status({ entity_id: room, status: 'archived', for: 'all' }),
      'ROOM_NOT_FOUND',
    );
    await refused(
      admin.chat.change_status({ entity_id: room, status: 'archived' }),
      'ROOM_NOT_FOUND',
    );
    await admin.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(alice.chat.post({ entity_id: room, message: 'Hi' }), 'ROOM_ARCHIVED');
  });

  it('fails with PERMISSION_DENIED for all unless the caller owns the room', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await refused(
      bob.chat.change_status({ entity_id: room, status: 'archived', for: 'all' }),
      'PERMISSION_DENIED',
    );
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(
      bob.chat.change_status({ entity_id: room, status: 'active', for: 'all' }),
      'PERMISSION_DENIED',
    );
  });

  it('fails with ROOM_NOT_FOUND when the caller is not in the conversation', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const theirs = await newRoom(bob, carol);
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    for (const entity of [theirs, alice.id, 'nobody', '', '\u0000'])
      for (const target of ['me', 'all'] as const)
        await refused(
          alice.chat.change_status({ entity_id: entity, status: 'archived', for: target }),
          'ROOM_NOT_FOUND',
        );
    await refused(
      alice.chat.change_status({ entity_id: bob.id, status: 'archived', for: 'all' }),
      'ROOM_NOT_FOUND',
    );
    await alice.chat.change_status({ entity_id: bob.id, status: 'archived' });
  });

  it('fails with INVALID_STATUS0 for an unknown status, INVALID_INPUT without one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    for (const [body, code, status] of [
      [{ entity_id: bob.id, status: 'gone' }, 'INVALID_STATUS0', 400],
      [{ entity_id: bob.id, status: '' }, 'INVALID_STATUS0', 400],
      [{ entity_id: bob.id, status: 1 }, 'INVALID_INPUT', 400],
      [{ entity_id: bob.id }, 'INVALID_INPUT', 400],
      [{ status: 'archived' }, 'INVALID_INPUT', 400],
      [{ entity_id: bob.id, status: 'archived', for: 'everyone' }, 'INVALID_INPUT', 400],
    ] as const) {
      const answer = await raw('chat.change_status', {
        token: alice.token,
        hubId: alice.hubId,
        body,
      });
      expect([answer.body.error, answer.status], JSON.stringify(body)).to.deep.equal([
        code,
        status,
      ]);
    }
    expect(await rowOf(alice, bob.id)).to.include({ is_archived: 0 });
  });
});
