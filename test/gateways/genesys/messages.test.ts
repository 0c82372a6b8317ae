import { expect } from 'chai';
import {
  fieldsOf,
  nobodyId,
  type Person,
  people,
  pinsOf,
  postToRoom,
  postToUser,
  refusal,
  refusals,
  sdkRoom,
} from '../../support/genesys.ts';

async function talk() {
  const cast = await people({ alice: 31, bob: 7, carol: 7, outsider: 7 });
  return { ...cast, room: await sdkRoom(cast.alice, cast.bob, cast.carol) };
}
const bodiesIn = async (person: Person, room: string): Promise<string[]> =>
  (await person.sdk.getChatsRoomMessages(room)).entities.map((message) => message.body);
const long = 'é'.repeat(10_000);

describe('A message in an SDK', () => {
  it('has up to 10,000 characters and is not blank', async () => {
    const { bob, alice, room } = await talk();
    await postToRoom(bob, room, long);
    for (const body of [
      { message: '' },
      { message: ' \n ' },
      { message: '\u200b\u3164' },
      {},
      { message: null },
      { message: 7 },
    ]) {
      const calls = [
        bob.sdk.postChatsRoomMessages(room, body),
        bob.sdk.postChatsUserMessages(alice.id, body),
      ];
      for (const error of await refusals(calls, 400, 'bad.request'))
        expect(fieldsOf(error)).to.deep.equal(['message']);
    }
    await refusal(bob.sdk.postChatsRoomMessages(room, { message: `${long}!` }), 400, 'bad.request');
    expect(await bodiesIn(alice, room)).to.deep.equal([long]);
    expect((await alice.sdk.getChatsUserMessages(bob.id)).entities).to.deep.equal([]);
  });

  it('is stored unchanged', async () => {
    const { bob, alice, room } = await talk();
    const text = ' **14:00**\n<b>&amp;</b> 👩‍👩‍👧 %40 "quoted" \\ ';
    const id = await postToRoom(bob, room, text);
    expect((await alice.sdk.getChatsMessage(id)).body).to.equal(text);
  });

  it('mentions users of the conversation by their ids, and no others', async () => {
    const { bob, alice, carol, outsider, room } = await talk();
    const id = await postToRoom(bob, room, 'Hi', { mentions: [alice.id, carol.id, alice.id] });
    expect((await carol.sdk.getChatsMessage(id)).mentions).to.deep.equal({
      [alice.id]: alice.jid,
      [carol.id]: carol.jid,
    });
    for (const other of ['nobody', nobodyId, outsider.id]) {
      const call = bob.sdk.postChatsRoomMessages(room, {
        message: 'Hi',
        mentions: [alice.id, other],
      });
      const error = await refusal(call, 400, 'bad.request');
      expect(fieldsOf(error)).to.deep.equal(['mentions']);
    }
    expect(await bodiesIn(alice, room)).to.deep.equal(['Hi']);
  });

  it('is edited by its author: `edited` and `dateModified` are set', async () => {
    const { bob, alice, carol, room } = await talk();
    const id = await postToRoom(bob, room, 'fisrt', { mentions: [alice.id] });
    const before = await alice.sdk.getChatsMessage(id);
    expect(before.edited ?? false).to.equal(false);
    expect(
      await bob.sdk.patchChatsRoomMessage(room, id, { message: 'first', mentions: [carol.id] }),
    ).to.deep.equal({
      id,
    });
    const after = await alice.sdk.getChatsMessage(id);
    const { dateModified = '', ...rest } = after;
    expect(rest).to.deep.equal({
      ...before,
      body: 'first',
      edited: true,
      mentions: { [carol.id]: carol.jid },
    });
    expect(Date.parse(dateModified)).to.be.at.least(Date.parse(before.dateCreated));
    await refusal(
      alice.sdk.patchChatsRoomMessage(room, id, { message: 'mine' }),
      403,
      'not.authorized',
    );
    await refusal(bob.sdk.patchChatsRoomMessage(room, id, { message: ' ' }), 400, 'bad.request');
    await refusal(bob.sdk.patchChatsRoomMessage(room, id, {}), 400, 'bad.request');
    expect(await alice.sdk.getChatsMessage(id)).to.deep.equal(after);
  });

  it('of a direct conversation is edited and deleted by its author only', async () => {
    const { carol: alice, bob } = await talk();
    const id = await postToUser(bob, alice, 'fisrt');
    await bob.sdk.patchChatsUserMessage(alice.id, id, { message: 'first' });
    expect(await alice.sdk.getChatsMessage(id)).to.deep.include({
      id,
      body: 'first',
      edited: true,
    });
    await refusal(
      alice.sdk.patchChatsUserMessage(bob.id, id, { message: 'mine' }),
      403,
      'not.authorized',
    );
    await refusal(alice.sdk.deleteChatsUserMessage(bob.id, id), 403, 'not.authorized');
    expect((await bob.sdk.getChatsMessage(id)).body).to.equal('first');
    await bob.sdk.deleteChatsUserMessage(alice.id, id);
    await refusal(alice.sdk.getChatsUserMessage(bob.id, id), 404, 'not.found');
    await refusal(bob.sdk.deleteChatsUserMessage(alice.id, id), 404, 'not.found');
  });

  it('that was deleted is 404 for everyone and gone from the history and the pins', async () => {
    const { alice, bob, carol, room } = await talk();
    const [kept, id] = [await postToRoom(bob, room, 'kept'), await postToRoom(bob, room, 'gone')];
    await alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [kept, id] });
    await refusal(carol.sdk.deleteChatsRoomMessage(room, id), 403, 'not.authorized');
    expect(await pinsOf(carol, room)).to.have.members([kept, id]);
    await bob.sdk.deleteChatsRoomMessage(room, id);
    for (const { sdk } of [alice, bob, carol]) {
      await refusal(sdk.getChatsMessage(id), 404, 'not.found');
      await refusal(sdk.getChatsRoomMessage(room, id), 404, 'not.found');
      expect(
        (await sdk.getChatsRoomMessage(room, `${id},${kept}`)).entities.map((it) => it.id),
      ).to.deep.equal([kept]);
      await refusal(sdk.putChatsMessageReactions(id, { reactions: ['👍'] }), 404, 'not.found');
    }
    await refusal(bob.sdk.deleteChatsRoomMessage(room, id), 404, 'not.found');
    await refusal(bob.sdk.patchChatsRoomMessage(room, id, { message: 'back' }), 404, 'not.found');
    await refusal(alice.sdk.deleteChatsRoomMessagesPin(room, id), 404, 'not.found');
    expect(await pinsOf(carol, room)).to.deep.equal([kept]);
    expect(await bodiesIn(carol, room)).to.deep.equal(['kept']);
  });

  it('is 404 under the path of another conversation', async () => {
    const { alice, bob, carol, room } = await talk();
    const other = await sdkRoom(bob, carol);
    const [inRoom, direct] = [await postToRoom(bob, room), await postToUser(bob, alice)];
    const change = { message: 'changed' };
    const calls = [
      bob.sdk.getChatsRoomMessage(other, inRoom),
      bob.sdk.patchChatsRoomMessage(other, inRoom, change),
      bob.sdk.deleteChatsRoomMessage(other, inRoom),
      bob.sdk.deleteChatsRoomMessage(room, direct),
      bob.sdk.getChatsUserMessage(carol.id, direct),
      bob.sdk.patchChatsUserMessage(alice.id, inRoom, change),
      bob.sdk.deleteChatsUserMessage(carol.id, direct),
      bob.sdk.deleteChatsUserMessage(alice.id, inRoom),
    ];
    await refusals(calls, 404, 'not.found');
    for (const id of [inRoom, direct])
      expect((await alice.sdk.getChatsMessage(id)).body).to.equal('Hi');
  });

  it('is returned with up to a hundred others, in the requested order', async () => {
    const { bob, alice, room } = await talk();
    const ids = [
      await postToRoom(bob, room, 'a'),
      await postToRoom(bob, room, 'b'),
      await postToRoom(bob, room, 'c'),
    ];
    const request = [ids[2], 'nothing', ids[0], nobodyId, ids[1]];
    const { entities } = await alice.sdk.getChatsRoomMessage(room, request.join(','));
    expect(entities.map((message) => message.body)).to.deep.equal(['c', 'a', 'b']);
    await refusal(alice.sdk.getChatsRoomMessage(room, 'nothing,either'), 404, 'not.found');
    const many = Array.from({ length: 100 }, (_, n) => (n < 3 ? ids[n] : `none${n}`));
    expect((await alice.sdk.getChatsRoomMessage(room, many.join(','))).entities).to.have.length(3);
    await refusal(alice.sdk.getChatsRoomMessage(room, [...many, 'one more'].join(',')), 400);
  });

  it('to oneself or to an unknown user is refused', async () => {
    const { alice, bob } = await talk();
    await refusal(alice.sdk.postChatsUserMessages(alice.id, { message: 'me' }), 400, 'bad.request');
    await refusal(alice.sdk.postChatsUserMessages('nobody', { message: 'Hi' }), 404, 'not.found');
    await bob.native.contact.block({ entity_id: alice.id });
    await refusal(alice.sdk.postChatsUserMessages(bob.id, { message: 'Hi' }), 404, 'not.found');
    expect((await bob.sdk.getChatsUserMessages(alice.id)).entities).to.deep.equal([]);
  });
});

describe('Reactions in an SDK', () => {
  it('replace the caller’s own reactions only', async () => {
    const { alice, bob, carol, room } = await talk();
    const id = await postToRoom(alice, room);
    const react = ({ sdk }: Person, ...reactions: string[]) =>
      sdk.putChatsMessageReactions(id, { reactions });
    const seen = async () =>
      Object.fromEntries(
        ((await carol.sdk.getChatsMessage(id)).reactions ?? []).map((it) => [
          it.emoji,
          it.users.map((user) => user.id),
        ]),
      );
    await react(bob, '👍', '🎉');
    await react(alice, '👍');
    expect(await seen()).to.deep.equal({ '👍': [bob.id, alice.id], '🎉': [bob.id] });
    await react(bob, '🎉', '🚀', ...Array.from({ length: 20 }, () => '🎉'));
    expect(await seen()).to.deep.equal({ '👍': [alice.id], '🎉': [bob.id], '🚀': [bob.id] });
    await react(bob);
    expect(await seen()).to.deep.equal({ '👍': [alice.id] });
    await react(alice);
    expect((await carol.sdk.getChatsMessage(id)).reactions ?? []).to.deep.equal([]);
  });

  it('are a list of emoji on a visible message', async () => {
    const { alice, bob, outsider, room } = await talk();
    const id = await postToRoom(alice, room);
    await bob.sdk.putChatsMessageReactions(id, { reactions: ['👍'] });
    for (const reactions of [undefined, null, '👍', [7], ['not an emoji'], ['']])
      await refusal(bob.sdk.putChatsMessageReactions(id, { reactions }), 400);
    await refusal(
      outsider.sdk.putChatsMessageReactions(id, { reactions: ['👍'] }),
      404,
      'not.found',
    );
    const { reactions } = await alice.sdk.getChatsMessage(id);
    expect(reactions).to.deep.equal([{ emoji: '👍', users: [bob.ref] }]);
  });

  it('are refused while the hub has disabled them; existing ones remain', async () => {
    const { alice, bob, room } = await talk();
    const id = await postToRoom(alice, room);
    await bob.sdk.putChatsMessageReactions(id, { reactions: ['👍'] });
    expect(
      (await alice.sdk.patchChatsSettings({ reactionsEnabled: false })).reactionsEnabled,
    ).to.equal(false);
    for (const reactions of [['🎉'], []])
      await refusal(bob.sdk.putChatsMessageReactions(id, { reactions }), 403, 'not.authorized');
    expect((await alice.sdk.getChatsMessage(id)).reactions).to.deep.equal([
      { emoji: '👍', users: [bob.ref] },
    ]);
    await alice.sdk.patchChatsSettings({ reactionsEnabled: true });
    await bob.sdk.putChatsMessageReactions(id, { reactions: ['🎉'] });
    expect((await alice.sdk.getChatsMessage(id)).reactions).to.deep.equal([
      { emoji: '🎉', users: [bob.ref] },
    ]);
  });
});
