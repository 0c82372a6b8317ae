import { expect } from 'chai';
import { app, operatorToken } from '../support/app.ts';
import { createClient } from '../support/client.ts';
import { type Member, memberOf, newHub, newRoom } from '../support/hub.ts';

/** A name, keys that find it, and keys that do not. */
type Case = [name: string, finding: readonly string[], missing: readonly string[]];

const cases: readonly Case[] = [
  ['Cafe\u0301 Central', ['Cafe\u0301 Central', 'Café Central', 'cafe', 'É c'], ['cafe\u0301e']],
  ['Weißer Größenwahn', ['WEISSER', 'weißer', 'GRÖSSE', 'grosse', 'WEIẞER'], ['weiser']],
  ['Łukasz Ærø Œdipe', ['lukasz', 'aero', 'OEDIPE', 'ærø'], ['lukazs']],
  ['مُحَمَّد السيّد', ['محمد', 'مُحَمَّد', 'السيد'], ['حمود']],
  ['שָׁלוֹם עולם', ['שלום', 'שָׁלוֹם', 'עולם'], ['שלומי']],
  ['zero\u200bwidth\u2060 \u202ename', ['zerowidth', 'zero\u00adwidth name'], ['zero width']],
  ['カメラ部', ['カメラ', 'かめら', 'ｶﾒﾗ', '部'], ['かめらら']],
  ['ガラス', ['がらす', 'ｶﾞﾗｽ'], ['カラス', 'からす']],
  ['ที่ทำงาน', ['ที่', 'งาน'], ['ท่', 'ทำา']],
  ['हिन्दी', ['हिन्दी', 'हि'], ['ही']],
  ['ＦＵＬＬ Ⅷ', ['full viii', 'ｆｕｌｌ'], ['fulll']],
  ['100% a_b back\\slash', ['100%', 'A_B', 'k\\s'], ['0%%', 'a%b', 'a__b']],
];

const idsOf = (rows: readonly { entity_id: string }[]): string[] =>
  rows.map((row) => row.entity_id);

/** Asserts what each list finds by each key: the one with the name, or nothing. */
async function expectFound(
  lists: Readonly<Record<string, (key: string) => Promise<string[]>>>,
  [, finding, missing]: Case,
  id: string,
): Promise<void> {
  for (const [list, find] of Object.entries(lists)) {
    const found = await Promise.all([...finding, ...missing].map(find));
    const wanted = [...finding.map(() => [id]), ...missing.map(() => [])];
    expect(found, list).to.deep.equal(wanted);
  }
}

const listsOfRooms = (alice: Member) => ({
  chat_rooms: async (key: string) => idsOf(await alice.chat.chat_rooms({ key })),
  share_rooms: async (key: string) => idsOf(await alice.chat.share_rooms({ key })),
  room: async (key: string) => idsOf(await alice.room.list({ key })),
});

const listsOfPeople = (alice: Member) => ({
  chat_rooms: async (key: string) => idsOf(await alice.chat.chat_rooms({ key })),
  contact_rooms: async (key: string) => idsOf(await alice.chat.contact_rooms({ key })),
  contacts: async (key: string) => idsOf(await alice.contact.list({ key })),
  members: async (key: string) => (await alice.hub.members({ key })).map(({ user_id: id }) => id),
});

describe('A search by name', () => {
  for (const one of cases)
    it(`finds ${one[0]}, as a room and as a person`, async () => {
      const [name] = one;
      const { members, id: hubId } = await newHub({ alice: 7, admin: 31 });
      const { alice, admin } = members;
      const { entity_id: room } = await alice.room.create({ name });
      await expectFound(listsOfRooms(alice), one, room);
      const [firstname = '', ...others] = name.split(' ');
      const lastname = others.join(' ');
      const { user_id } = await admin.user.create({ firstname, lastname });
      const person = await memberOf(app(), user_id, hubId);
      await alice.room.update({ entity_id: room, name: 'Other' });
      await person.chat.post({ entity_id: alice.id, message: 'Hi' });
      await expectFound(listsOfPeople(alice), one, user_id);
    });

  it('goes by the name as it is now, of rooms and of people', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await alice.room.update({ entity_id: room, name: 'Größe' });
    expect(idsOf(await bob.chat.chat_rooms({ key: 'grosse' }))).to.deep.equal([room]);
    expect(await bob.chat.chat_rooms({ key: 'room' })).to.deep.equal([]);
    await bob.user.update({ firstname: 'Žofie' });
    expect(idsOf(await alice.contact.list({ key: 'zofie test' }))).to.deep.equal([bob.id]);
    await Promise.all([
      bob.user.update({ firstname: 'René' }),
      bob.user.update({ lastname: 'Nuñez' }),
    ]);
    expect(idsOf(await alice.contact.list({ key: 'rene nunez' }))).to.deep.equal([bob.id]);
    await bob.user.update({ lastname: '' });
    expect(await alice.contact.list({ key: 'rene ' })).to.deep.equal([]);
    expect(idsOf(await alice.contact.list({ key: 'RENÉ' }))).to.deep.equal([bob.id]);
  });

  it('finds channels by the name that they are given', async () => {
    const { members, id: hubId } = await newHub({ alice: 7 });
    const operator = createClient({ url: app().url, token: operatorToken, hubId });
    const made = await operator.channel.create({ type: 'gl', sub_id: 'news', name: 'Ångström' });
    await members.alice.channel.connect({ channel_id: made.channel_id });
    expect(await members.alice.chat.share_rooms({ key: 'angstrom' })).to.have.length(1);
  });

  it('finds everything by a key of invisible characters, as by an empty one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    expect(await members.alice.contact.list({ key: '\u200b\u0301' })).to.have.length(1);
  });
});
