import { expect } from 'chai';
import {
  fieldsOf,
  nobodyId,
  people,
  postToRoom,
  postToUser,
  refusal,
  sdkRoom,
} from '../../support/genesys.ts';

async function talk() {
  const cast = await people({ alice: 31, bob: 7, carol: 7 });
  return { ...cast, room: await sdkRoom(cast.alice, cast.bob, cast.carol) };
}

describe('Threads in an SDK', () => {
  it('can start at any message, and a reply names its thread', async () => {
    const { alice, bob, carol, room } = await talk();
    const root = await postToRoom(alice, room, 'root');
    const other = await postToRoom(alice, room, 'aside');
    const { thread, ...top } = await bob.sdk.getChatsMessage(root);
    expect(top).to.not.have.property('parentThread');
    const reply = await postToRoom(bob, room, 'reply', {
      threadId: thread.id,
      mentions: [carol.id],
    });
    const message = await carol.sdk.getChatsMessage(reply);
    expect(message).to.deep.include({
      thread,
      parentThread: thread,
      mentions: { [carol.id]: carol.jid },
    });
    expect(await carol.sdk.getChatsMessage(root)).to.deep.equal({ thread, ...top });
    expect((await carol.sdk.getChatsMessage(other)).thread).to.not.deep.equal(thread);
    const { entities } = await carol.sdk.getChatsThreadMessages(thread.id);
    expect(entities.map((message) => message.id)).to.deep.equal([root, reply]);
    const history = (await carol.sdk.getChatsRoomMessages(room)).entities;
    expect(
      history.map((message) => message.id),
      'replies are in the history too',
    ).to.deep.equal([root, other, reply]);
    expect(history.at(-1)).to.deep.equal(message);
  });

  it('are flat: a reply to a reply belongs to the same thread', async () => {
    const { alice, bob, room } = await talk();
    const root = await postToRoom(alice, room, 'root');
    const reply = await postToRoom(bob, room, 'reply', { threadId: root });
    const second = await postToRoom(alice, room, 'reply to the reply', { threadId: reply });
    const message = await bob.sdk.getChatsMessage(second);
    expect(message).to.deep.include({ thread: { id: root }, parentThread: { id: root } });
    const { entities } = await bob.sdk.getChatsThreadMessages(root);
    expect(entities.map((one) => one.id)).to.deep.equal([root, reply, second]);
  });

  it('exist in direct conversations too, visible only to the two users', async () => {
    const { alice, bob, carol } = await talk();
    const root = await postToUser(alice, bob, 'root');
    const reply = await postToUser(bob, alice, 'reply', { threadId: root });
    const { entities } = await alice.sdk.getChatsThreadMessages(root);
    expect(entities.map((message) => message.id)).to.deep.equal([root, reply]);
    expect(entities[1]).to.deep.include({
      parentThread: { id: root },
      jid: bob.jid,
      toJid: alice.jid,
    });
    await refusal(carol.sdk.getChatsThreadMessages(root), 404, 'not.found');
  });

  it('remain after their first message is deleted', async () => {
    const { alice, bob, room } = await talk();
    const root = await postToRoom(alice, room, 'root');
    const reply = await postToRoom(bob, room, 'reply', { threadId: root });
    await alice.sdk.deleteChatsRoomMessage(room, root);
    const message = await bob.sdk.getChatsMessage(reply);
    expect(message).to.deep.include({ thread: { id: root }, parentThread: { id: root } });
    const { entities } = await bob.sdk.getChatsThreadMessages(root);
    expect(entities.map((one) => one.id)).to.deep.equal([reply]);
    const second = await postToRoom(alice, room, 'goes on', { threadId: reply });
    expect(
      (await bob.sdk.getChatsThreadMessages(root)).entities.map((one) => one.id),
    ).to.deep.equal([reply, second]);
  });

  it('refuse a reply from another conversation or to an unknown message', async () => {
    const { alice, bob, carol, room } = await talk();
    const elsewhere = await postToRoom(alice, await sdkRoom(alice, bob), 'elsewhere');
    const direct = await postToUser(alice, bob, 'direct');
    const secret = await postToUser(alice, carol, 'secret');
    for (const threadId of [elsewhere, direct, secret, 'nothing', nobodyId, 7]) {
      const error = await refusal(
        bob.sdk.postChatsRoomMessages(room, { message: 'Hi', threadId }),
        400,
      );
      expect(fieldsOf(error)).to.deep.equal(['threadId']);
    }
    await refusal(
      bob.sdk.postChatsUserMessages(alice.id, { message: 'Hi', threadId: elsewhere }),
      400,
    );
    expect((await alice.sdk.getChatsRoomMessages(room)).entities).to.deep.equal([]);
    expect((await alice.sdk.getChatsUserMessages(bob.id)).entities).to.have.length(1);
  });

  it('are paged by limit and dates like a history', async () => {
    const { alice, bob, room } = await talk();
    const root = await postToRoom(alice, room, '0');
    for (const text of ['1', '2', '3']) await postToRoom(bob, room, text, { threadId: root });
    const read = async (options: object) =>
      (await bob.sdk.getChatsThreadMessages(root, options)).entities;
    const all = await read({});
    const texts = async (options: object) => (await read(options)).map((message) => message.body);
    expect(await texts({ limit: '2' })).to.deep.equal(['2', '3']);
    expect(await texts({ before: all[2]?.dateCreated, limit: '1' })).to.deep.equal(['1']);
    expect(await texts({ after: all[1]?.dateCreated, limit: '2' })).to.deep.equal(['1', '2']);
  });

  it('are 404 outside the room, and if they do not exist', async () => {
    const { alice, bob, carol } = await talk();
    const root = await postToRoom(alice, await sdkRoom(alice, bob), 'root');
    await refusal(carol.sdk.getChatsThreadMessages(root), 404, 'not.found');
    await refusal(carol.sdk.getChatsThreadMessages('nothing'), 404, 'not.found');
  });
});
