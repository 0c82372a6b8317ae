import { expect } from 'chai';
import { type Member, newHub, newRoom, raw } from '../support/hub.ts';
import { bearer, call, outcome, request } from '../support/request.ts';

const invalid = [400, 'INVALID_INPUT'];

const get = ({ token, hubId }: Member, path: string) =>
  request(`/-/svc/${path}`, { verb: 'GET', headers: { ...bearer({ token }), 'x-hub-id': hubId } });

const post = ({ token, hubId }: Member, method: string, body: object) =>
  raw(method, { token, hubId, body });

describe('A list in a query', () => {
  const forms: ((name: string, a: string, b: string) => string)[] = [
    (name, a, b) => `${name}=${a},${b}`,
    (name, a, b) => `${name}=${a},+${b}`,
    (name, a, b) => `${name}=+${a}+%2C%20${b}+,`,
    (name, a, b) => `${name}=${a}&${name}=${b}`,
    (name, a, b) => `${name}[]=${a}&${name}[]=${b}`,
    (name, a, b) => `${name}%5B%5D=${a}&${name}%5B%5D=+${b}`,
    (name, a, b) => `${name}[0]=${a}&${name}[1]=${b}`,
    (name, a, b) => `${name}[1]=${b}&${name}[0]=${a}`,
    (name, a, b) => `${name}[]=${a},${b}`,
  ];

  it('is read in each of the forms in which clients write it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const rooms = [await newRoom(alice, bob), await newRoom(alice), await newRoom(alice)];
    const sent = [];
    for (const message of ['one', 'two'])
      sent.push((await alice.chat.post({ entity_id: rooms[0] ?? '', message })).message_id);
    const [first = '', second = ''] = sent;
    for (const form of forms) {
      const shown = form('x', 'a', 'b');
      const got = await get(alice, `chat.get?${form('message_ids', second, first)}`);
      const texts = got.body.data.map((row: { message: string }) => row.message);
      expect(texts, shown).to.deep.equal(['two', 'one']);
      const people = await get(alice, `hub.members?${form('user_ids', bob.id, carol.id)}`);
      expect(people.body.data, shown).to.have.length(2);
      const [one = '', , three = ''] = rooms;
      const listed = await get(alice, `room.list?${form('entity_ids', one, three)}`);
      expect(listed.body.data, shown).to.have.length(2);
    }
    const single = await get(alice, `hub.members?user_ids=${bob.id}`);
    expect(single.body.data).to.have.length(1);
  });

  it('fails where it is none, and takes no other parameter with brackets', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const query of ['user_ids=', 'user_ids=,', 'user_ids[x]=a', 'page[]=1', '__proto__[]=x'])
      expect(outcome(await get(alice, `hub.members?${query}`)), query).to.deep.equal(invalid);
    expect(outcome(await get(alice, 'hub.members?page=1&page=2'))).to.deep.equal(invalid);
    const id = `entity_id[]=${bob.id}`;
    expect(outcome(await get(alice, `chat.messages?${id}`))).to.deep.equal(invalid);
    const many = Array.from({ length: 1001 }, () => 'x').join();
    expect(outcome(await get(alice, `hub.members?user_ids=${many}`))).to.deep.equal(invalid);
  });

  it('is a list in JSON, where it could always be one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const user_ids of [bob.id, `${bob.id},${alice.id}`, { 0: bob.id }])
      expect(outcome(await post(alice, 'hub.members', { user_ids }))).to.deep.equal(invalid);
    expect(outcome(await post(alice, 'hub.members', { 'user_ids[]': [bob.id] }))).to.deep.equal(
      invalid,
    );
  });
});

describe('The hub in a query', () => {
  it('is one: two that differ are refused by every verb, the same one twice is not', async () => {
    const { members } = await newHub({ alice: 7 });
    const other = await newHub({});
    const { alice } = members;
    await other.operator.hub.add_member({ user_id: alice.id });
    const [mine, theirs] = [`hub_id=${alice.hubId}`, `hub_id=${other.id}`];
    for (const verb of ['GET', 'POST', 'HEAD']) {
      const send = (query: string) =>
        request(`/-/svc/hub.info?${query}`, { verb, headers: bearer(alice) });
      for (const query of [`${mine}&${theirs}`, `${theirs}&${mine}`, `${mine}&hub_id=x`])
        expect((await send(query)).status, verb + query).to.equal(400);
      for (const query of [`${mine}&${mine}`, `hub_id=&${mine}`, mine])
        expect((await send(query)).status, verb + query).to.equal(200);
    }
    const refusal = await call(`chat.count_all?${mine}&${theirs}`, { headers: bearer(alice) });
    expect(refusal.body.details.join()).to.match(/^hub_id: /);
  });
});

describe('A flag', () => {
  it('may be a number, a boolean or its word, in the query and in JSON', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const unread = async () => (await bob.chat.count_all()).total_cnt;
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    for (const no of ['0', 'false', 'False', 'FALSE']) {
      const path = `chat.messages?entity_id=${alice.id}&mark_read=${no}`;
      expect((await get(bob, path)).status).to.equal(200);
    }
    for (const no of [0, '0', false, 'false']) {
      const body = { entity_id: alice.id, mark_read: no };
      expect((await post(bob, 'chat.messages', body)).status).to.equal(200);
    }
    expect(await unread()).to.equal(1);
    for (const bad of ['yes', 'on', '2', '', 'truely', 'constructor'])
      expect(
        outcome(await get(bob, `chat.messages?entity_id=${alice.id}&mark_read=${bad}`)),
      ).to.deep.equal(invalid);
    expect((await get(bob, `chat.messages?entity_id=${alice.id}&mark_read=true`)).status).to.equal(
      200,
    );
    expect(await unread()).to.equal(0);
  });
});

describe('An echoId', () => {
  it('may be a whole number, which stands for its digits', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using device = await bob.device();
    for (const echoId of [7, 0, -1, Number.MAX_SAFE_INTEGER, '8']) {
      const reply = await post(alice, 'chat.post', { entity_id: bob.id, message: 'Hi', echoId });
      expect(reply.body.data?.echoId).to.equal(String(echoId));
      expect(await device.next('chat.post')).to.include({ echoId: String(echoId) });
    }
    for (const echoId of [1.5, 1e300, true, [], {}, ''])
      expect(
        outcome(await post(alice, 'chat.post', { entity_id: bob.id, message: 'Hi', echoId })),
      ).to.deep.equal(invalid);
  });
});

describe('A null', () => {
  it('for an optional parameter that does not declare it means that it is absent', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const nothing = { attachment: null, mention_ids: null, thread_id: null, echoId: null };
    const sent = await post(alice, 'chat.post', {
      ...{ entity_id: bob.id, message: 'Hi', peer_id: null, hub_id: null },
      ...nothing,
    });
    expect(sent.body.data).to.include({ message: 'Hi', is_attachment: 0 });
    expect(sent.body.data).to.not.have.property('echoId');
    const page = { page: null, limit: null, before: null, after: null, mark_read: null };
    const read = await post(bob, 'chat.messages', { entity_id: alice.id, ...page });
    expect(read.body.data).to.have.length(1);
    const list = { flag: null, option: null, tag_id: null, key: null, page: null };
    expect((await post(bob, 'chat.chat_rooms', list)).body.data).to.have.length(1);
    const room = { name: 'Room', user_ids: null, description: null, echoId: null };
    expect((await post(alice, 'room.create', room)).status).to.equal(200);
    const nodes = { messages: [sent.body.data.message_id], hub_id: null };
    const copies = await post(alice, 'chat.forward', { entities: [bob.id], nodes, echoId: null });
    expect(copies.status).to.equal(200);
    const message = { to_ids: [bob.id], text: 'Mail', content: null };
    expect((await post(alice, 'messaging.send', message)).status).to.equal(200);
  });

  it('for a required one is refused, and for one that declares it has its meaning', async () => {
    const { members } = await newHub({ alice: 31 });
    const { alice } = members;
    for (const body of [{ name: null }, { name: null, user_ids: [] }])
      expect(outcome(await post(alice, 'room.create', body))).to.deep.equal(invalid);
    const nulls = { entity_id: null, message: null };
    expect(outcome(await post(alice, 'chat.post', nulls))).to.deep.equal(invalid);
    const picture_url = 'https://a.example/me.png';
    await alice.user.update({ picture_url });
    await alice.user.update({ firstname: 'Al' });
    expect((await alice.session.whoami()).user.picture_url).to.equal(picture_url);
    await post(alice, 'user.update', { picture_url: null, firstname: null });
    expect((await alice.session.whoami()).user).to.include({ picture_url: null, firstname: 'Al' });
  });
});
