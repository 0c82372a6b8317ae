import { expect } from 'chai';
import { operatorToken } from '../support/app.ts';
import { clientOf, refusedInputs } from '../support/caller.ts';
import { newHub, newRoom, refused } from '../support/hub.ts';

const invisible = ['\u200b', '\u3164', '\u2800 \u00a0', '\u202e\u2060', '\u00ad\ufe0f\u{e0020}'];
/** As it is given, and as it is kept. */
const reordered = '\u2067evil\u202e\u2069gpj.exe';
const plain = 'evilgpj.exe';

describe('A message of invisible characters', () => {
  it('is refused, posted and edited, and a visible one is stored unchanged', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    for (const message of invisible)
      for (const call of [
        () => alice.chat.post({ entity_id: bob.id, message }),
        () => alice.chat.edit({ message_id, message }),
      ])
        expect((await refused(call(), 'INVALID_INPUT')).details).to.deep.equal([
          'message: must not be empty without an attachment',
        ]);
    for (const message of [`${reordered}\u200b`, '\u0301', '👩\u200d🚀', '\uf8ff'])
      expect((await alice.chat.post({ entity_id: bob.id, message })).message).to.equal(message);
  });

  it('is refused in channels, where content of other fields is none', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const channel_id = `${id}:gr:${await newRoom(alice)}`;
    const { message_id } = await alice.channel.post_simple({ channel_id, text: 'Hi' });
    for (const text of invisible) {
      for (const call of [
        () => alice.channel.post_simple({ channel_id, text }),
        () => alice.channel.post({ channel_id, content: { text } }),
        () => alice.channel.update_message({ channel_id, message_id, content: { text } }),
      ])
        await refused(call(), 'INVALID_INPUT');
      await alice.channel.post({ channel_id, content: { text, colour: 'red' } });
    }
  });
});

describe('A name', () => {
  it('of invisible characters is refused, wherever a name must be given', async () => {
    const { members, id, operator } = await newHub({ owner: 63 });
    const { owner } = members;
    const room = await newRoom(owner);
    const { tag_id } = await owner.tag.create({ name: 'Tag' });
    for (const name of invisible) {
      const bodies: [method: string, body: object][] = [
        ['room.create', { name }],
        ['room.update', { entity_id: room, name }],
        ['tag.create', { name }],
        ['tag.rename', { tag_id, name }],
        ['hub.update', { name }],
        ['key.create', { name, permission: 3 }],
        ['channel.create', { type: 'gl', sub_id: 'news', name }],
      ];
      for (const [method, body] of bodies) await refusedInputs(owner, method, [['name', body]]);
      await refusedInputs({ token: operatorToken }, 'hub.create', [['name', { name }]]);
      for (const method of ['user.create', 'user.update'])
        await refusedInputs(owner, method, [['firstname', { firstname: name }]]);
    }
    expect((await operator.hub.info()).name).to.match(/^Hub /);
    expect((await clientOf(owner.token, id).room.info({ entity_id: room })).name).to.equal('Room');
  });

  it('of invisible characters is an empty one, where it may be', async () => {
    const { members } = await newHub({ alice: 7 });
    for (const lastname of [...invisible, ' ', '']) {
      const card = await members.alice.user.update({ firstname: 'Ann', lastname });
      expect(card).to.include({ lastname: '', surname: 'Ann' });
    }
  });

  it('is kept without what reorders text', async () => {
    const { members, operator } = await newHub({ owner: 63 });
    const { owner } = members;
    const name = reordered;
    const { entity_id } = await owner.room.create({ name });
    expect((await owner.room.info({ entity_id })).name).to.equal(plain);
    expect((await owner.room.update({ entity_id, name: `${name}2` })).name).to.equal(`${plain}2`);
    expect((await owner.tag.create({ name })).tag_name).to.equal(plain);
    expect((await owner.hub.update({ name })).name).to.equal(plain);
    const { key_id } = await owner.key.create({ name, permission: 3 });
    const keys = await owner.key.list();
    expect(keys.find((key) => key.key_id === key_id)?.name).to.equal(plain);
    const named = { firstname: name, lastname: `${name}2` };
    expect(await owner.user.update(named)).to.include({ surname: `${plain} ${plain}2` });
    const { user_id } = await owner.user.create(named);
    const [made] = await owner.hub.members({ user_ids: [user_id] });
    expect(made?.surname).to.equal(`${plain} ${plain}2`);
    const channel = await operator.channel.create({ type: 'gl', sub_id: 'news', name });
    expect(channel.name).to.equal(plain);
    const { channel_id } = channel;
    await operator.channel.post({ channel_id, content: { text: 'Hi' }, from: { name } });
    const [post] = await owner.channel.recent({ channel_id });
    expect(post?.from?.name).to.equal(plain);
  });

  it('keeps joiners and marks of direction, and has no controls', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    for (const name of ['می\u200cخواهم', '👩\u200d🚀', 'C++\u200f', '\u00a0a '])
      expect((await alice.room.create({ name })).name).to.equal(name);
    for (const name of ['a\nb', 'a\u0085b', 'a\u009bb', 'a\u2028b'])
      await refusedInputs(alice, 'room.create', [['name', { name }]]);
  });
});
