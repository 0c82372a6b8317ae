import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { namesOf, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { keyOf, narrowed, newChannel, receivedBy, say } from './support.ts';

describe('channel.create', () => {
  it('creates a channel with defaults and publishes it to all', async () => {
    const hub = await newHub({ admin: 31, alice: 7 });
    const { admin, alice } = hub.members;
    const devices = [await alice.device(), await alice.device(), await admin.device()];
    const made = await admin.channel.create({
      type: 'gl',
      sub_id: 'Trade_1-a',
      name: 'Trade',
      description: 'Here',
    });
    expect(made).to.deep.equal({
      channel_id: `${hub.id}:gl:Trade_1-a`,
      type: 'gl',
      sub_id: 'Trade_1-a',
      entity_id: made.entity_id,
      name: 'Trade',
      description: 'Here',
      num_msgs: 0,
      listeners: null,
      history_limit: 250,
      expire_days: null,
    });
    for (const device of devices) {
      const event = await device.next('channel.create');
      expect(event).to.deep.include({
        stream: hub.id,
        entity_id: hub.id,
        room_id: null,
        data: made,
      });
      device.close();
    }
    const [event] = (await synced(alice)).filter(({ name }) => name === 'channel.create');
    expect(event).to.deep.include({ actor_id: admin.id, data: made });
    expect(await alice.channel.info({ channel_id: made.channel_id })).to.deep.equal(made);
  });

  it('uses the sub id in the id; dynamic channels expire after 30 days of silence', async () => {
    const { operator } = await newHub({});
    expect(await operator.channel.create({ type: 'dy', sub_id: 'match' })).to.deep.include({
      ...{ name: 'match', description: '', history_limit: 250, expire_days: 30, listeners: 0 },
    });
    const limits = { history_limit: 10_000, expire_days: 3650 };
    expect(await operator.channel.create({ type: 'gl', sub_id: 'a', ...limits })).to.deep.include(
      limits,
    );
    const endless = { history_limit: null, expire_days: null };
    expect(await operator.channel.create({ type: 'dy', sub_id: 'b', ...endless })).to.deep.include(
      endless,
    );
  });

  it('returns an existing channel unchanged and publishes nothing', async () => {
    const hub = await newHub({ alice: 7 });
    const made = await newChannel(hub, 'lobby', { name: 'Lobby', history_limit: 5 });
    await say(hub.members.alice, made.channel_id, 'Hi');
    const again = await newChannel(hub, 'lobby', { name: 'Another', history_limit: 7 });
    expect(again).to.deep.equal({ ...made, num_msgs: 1 });
    expect(
      namesOf(await synced(hub.members.alice)).filter((name) => name === 'channel.create'),
    ).to.have.length(1);
  });

  it('creates one channel for several concurrent calls', async () => {
    const hub = await newHub({ alice: 7 });
    for (const type of ['gl', 'dy'] as const) {
      const make = () => hub.operator.channel.create({ type, sub_id: 'lobby' });
      const made = await Promise.all([make(), make(), make(), make(), make(), make()]);
      expect(new Set(made.map((one) => one.entity_id)).size).to.equal(1);
    }
    expect(
      namesOf(await synced(hub.members.alice)).filter((name) => name === 'channel.create'),
    ).to.have.length(2);
  });

  it('distinguishes channels of one sub id by type, case and hub', async () => {
    const [one, other] = [await newHub({ alice: 7 }), await newHub({ bob: 7 })];
    const made = [
      await newChannel(one),
      await newChannel(one, 'Lobby'),
      await one.operator.channel.create({ type: 'dy', sub_id: 'lobby' }),
      await one.operator.channel.create({ type: 'sy', sub_id: 'lobby' }),
      await newChannel(other),
    ];
    expect(new Set(made.map((channel) => channel.entity_id)).size).to.equal(made.length);
  });

  it('does not publish channels of the system', async () => {
    const hub = await newHub({ admin: 31, alice: 7 });
    const { admin, alice } = hub.members;
    using device = await admin.device();
    const { channel_id } = await hub.operator.channel.create({ type: 'sy', sub_id: 'ops' });
    await say(hub.operator, channel_id, 'secret');
    await hub.operator.channel.delete({ channel_id });
    expect(await receivedBy(device, admin, alice)).to.deep.equal([]);
    for (const member of [admin, alice])
      expect(JSON.stringify(await synced(member))).to.not.contain('ops');
  });

  it('is for admins, keys with that privilege and the operator', async () => {
    const hub = await newHub({ viewer: 3, alice: 7, moderator: 15, admin: 31, owner: 63 });
    const { other } = (await newHub({ other: 63 })).members;
    const { viewer, alice, moderator, admin, owner } = hub.members;
    const params = { type: 'gl', sub_id: 'lobby' } as const;
    for (const member of [viewer, alice, moderator])
      await refused(member.channel.create(params), 'PERMISSION_DENIED');
    await refused((await keyOf(hub, 15)).channel.create(params), 'PERMISSION_DENIED');
    await refused(
      (await narrowed(admin, 'chat:room:view')).channel.create(params),
      'PERMISSION_DENIED',
    );
    await refused(clientOf(other.token, hub.id).channel.create(params), 'PERMISSION_DENIED');
    for (const client of [
      admin,
      owner,
      hub.operator,
      await keyOf(hub),
      await narrowed(admin, 'chat:chat:access'),
    ])
      expect((await client.channel.create(params)).channel_id).to.equal(`${hub.id}:gl:lobby`);
  });

  it('fails with INVALID_INPUT for invalid channels and creates none', async () => {
    const { operator, id, members } = await newHub({ admin: 31 });
    const good = { type: 'gl', sub_id: 'x' };
    await refusedInputs({ token: members.admin.token, hubId: id }, 'channel.create', [
      ['type', { sub_id: 'x' }],
      ['type', { type: 'gr', sub_id: 'x' }],
      ['type', { type: 'xx', sub_id: 'x' }],
      ['sub_id', { type: 'gl' }],
      ...['', 'a b', 'a:b', 'ä', 'a%', "a'", 'a\u0000', 'x'.repeat(101)].map(
        (sub_id) => ['sub_id', { type: 'gl', sub_id }] as const,
      ),
      ['name', { ...good, name: '' }],
      ['name', { ...good, name: 'x'.repeat(256) }],
      ['description', { ...good, description: 'x'.repeat(2001) }],
      ['history_limit', { ...good, history_limit: 0 }],
      ['history_limit', { ...good, history_limit: 10_001 }],
      ['expire_days', { ...good, expire_days: 0 }],
      ['expire_days', { ...good, expire_days: 3651 }],
      ['colour', { ...good, colour: 'red' }],
    ]);
    expect(await operator.channel.list()).to.deep.equal([]);
    expect(
      (await operator.channel.create({ type: 'gl', sub_id: 'x'.repeat(100) })).sub_id,
    ).to.have.length(100);
  });
});

describe('A channel’s id', () => {
  it('is looked up by type and sub id, required to exist or only formed', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id } = await newChannel(hub);
    const room = await newRoom(alice);
    expect(await alice.channel.get_id({ type: 'gl', sub_id: 'lobby' })).to.deep.equal({
      channel_id,
    });
    expect(await alice.channel.get_id({ type: 'gr', sub_id: room })).to.deep.equal({
      channel_id: `${hub.id}:gr:${room}`,
    });
    for (const type of ['dy', 'sy'] as const)
      expect((await alice.channel.get_id({ type, sub_id: 'new' })).channel_id).to.equal(
        `${hub.id}:${type}:new`,
      );
    for (const [type, sub_id] of [
      ['gl', 'none'],
      ['gl', 'LOBBY'],
      ['gl', ''],
      ['gl', 'a:b'],
      ['gr', 'none'],
      ['gr', 'lobby'],
      ['dy', 'a b'],
      ['dy', ''],
      ['sy', 'x'.repeat(101)],
    ] as const)
      await refused(alice.channel.get_id({ type, sub_id }), 'CHANNEL_NOT_FOUND');
    await refused(bob.channel.get_id({ type: 'gr', sub_id: room }), 'CHANNEL_NOT_FOUND');
    expect((await hub.operator.channel.get_id({ type: 'gr', sub_id: room })).channel_id).to.contain(
      room,
    );
  });

  it('gives the same error when foreign, malformed, deleted, inaccessible or unknown', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const other = await newHub({ carol: 7 });
    const { alice, bob } = hub.members;
    const mine = await newChannel(hub);
    const foreign = await newChannel(other);
    const system = await hub.operator.channel.create({ type: 'sy', sub_id: 'ops' });
    const gone = await newChannel(hub, 'gone');
    const room = await newRoom(bob);
    const { room_id: direct } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    await hub.operator.channel.delete({ channel_id: gone.channel_id });
    const ids = [
      ...[
        foreign.channel_id,
        system.channel_id,
        gone.channel_id,
        `${hub.id}:gr:${room}`,
        `${hub.id}:gr:${direct}`,
      ],
      ...[`${hub.id}:gr:${mine.entity_id}`, `${hub.id}:gl:${mine.entity_id}`, `${hub.id}:dy:lobby`],
      ...[
        `${hub.id}:gl:none`,
        `${hub.id}:gl:`,
        `${hub.id}:gl:LOBBY`,
        `${hub.id}:GL:lobby`,
        `${hub.id}:xx:lobby`,
      ],
      ...[
        mine.entity_id,
        'lobby',
        '',
        ':::',
        `${hub.id}:gl:lobby:x`,
        `${hub.id}:gl:lo bby`,
        `${hub.id}:gl:lobby\u0000`,
      ],
      ...[
        ` ${mine.channel_id}`,
        `${mine.channel_id}\n`,
        `${hub.id.toUpperCase()}x:gl:lobby`,
        "' OR 1=1 -- ",
        '😀:gl:x',
      ],
    ];
    const never = await refused(
      alice.channel.info({ channel_id: `${hub.id}:gl:never` }),
      'CHANNEL_NOT_FOUND',
    );
    const message = { message_id: 'any' };
    for (const channel_id of ids) {
      const calls = [
        alice.channel.info({ channel_id }),
        alice.channel.connect({ channel_id }),
        alice.channel.disconnect({ channel_id }),
        alice.channel.recent({ channel_id }),
        alice.channel.get_message({ channel_id, ...message }),
        alice.channel.post({ channel_id, content: { text: 'Hi' } }),
        alice.channel.post_simple({ channel_id, text: 'Hi' }),
        alice.channel.post_simple({ channel_id, text: 'Hi', record: 0 }),
        alice.channel.update_message({ channel_id, ...message, content: { text: 'Hi' } }),
        alice.channel.delete_message({ channel_id, ...message }),
      ];
      for (const error of await Promise.all(
        calls.map((call) => refused(call, 'CHANNEL_NOT_FOUND')),
      )) {
        expect([error.status, error.message, error.details]).to.deep.equal([
          404,
          never.message,
          never.details,
        ]);
      }
    }
  });

  it('of a system channel is accessible to the system only, not to admins', async () => {
    const hub = await newHub({ owner: 63 });
    const { channel_id } = await hub.operator.channel.create({ type: 'sy', sub_id: 'ops' });
    const key = await keyOf(hub);
    await say(key, channel_id, 'one');
    await say(hub.operator, channel_id, 'two');
    expect(await key.channel.recent({ channel_id })).to.have.length(2);
    expect(await key.channel.connect({ channel_id, limit: 1 })).to.have.nested.property(
      'channel.num_msgs',
      2,
    );
    expect(await key.channel.disconnect({ channel_id })).to.deep.equal({ ok: 1 });
    const { owner } = hub.members;
    await refused(owner.channel.recent({ channel_id }), 'CHANNEL_NOT_FOUND');
    await refused(owner.channel.delete({ channel_id }), 'CHANNEL_NOT_FOUND');
    expect(await owner.channel.list()).to.deep.equal([]);
  });
});

describe('channel.list', () => {
  it('lists global channels, own dynamic ones and own groups; the system gets all', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const gl = (await newChannel(hub)).channel_id;
    const dy = (await hub.operator.channel.create({ type: 'dy', sub_id: 'match' })).channel_id;
    const sy = (await hub.operator.channel.create({ type: 'sy', sub_id: 'ops' })).channel_id;
    const gr = `${hub.id}:gr:${await newRoom(alice)}`;
    await alice.chat.post({ entity_id: bob.id, message: 'No channel' });
    const listed = async (
      reader: Pick<typeof alice, 'channel'>,
      type?: 'gl' | 'gr' | 'dy' | 'all',
    ) => (await reader.channel.list(type ? { type } : {})).map((one) => one.channel_id);
    expect(await listed(alice)).to.deep.equal([gl, gr]);
    expect(await listed(bob)).to.deep.equal([gl]);
    await alice.channel.connect({ channel_id: dy });
    expect(await listed(alice)).to.have.members([gl, dy, gr]);
    expect([
      await listed(alice, 'gl'),
      await listed(alice, 'dy'),
      await listed(alice, 'gr'),
    ]).to.deep.equal([[gl], [dy], [gr]]);
    expect(await listed(hub.operator)).to.have.members([gl, dy, sy, gr]);
    expect(await listed(await keyOf(hub), 'gr')).to.deep.equal([gr]);
  });

  it('returns the same counters as channel.info, also after posts, deletes and drops', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
      history_limit: 3,
    });
    await alice.channel.connect({ channel_id });
    const ids = [await say(alice, channel_id, '1'), await say(bob, channel_id, '2')];
    await alice.channel.connect({ channel_id: channel_id });
    await bob.channel.connect({ channel_id });
    const numbers = async () => {
      const info = await alice.channel.info({ channel_id });
      expect(await alice.channel.list({ type: 'dy' })).to.deep.equal([info]);
      expect((await hub.operator.channel.list()).map((one) => one.num_msgs)).to.deep.equal([
        info.num_msgs,
      ]);
      return [info.num_msgs, info.listeners];
    };
    expect(await numbers()).to.deep.equal([2, 2]);
    await alice.channel.delete_message({ channel_id, message_id: ids[0] ?? '' });
    expect(await numbers()).to.deep.equal([1, 2]);
    for (const text of ['3', '4', '5', '6']) await say(alice, channel_id, text);
    expect(await numbers()).to.deep.equal([3, 2]);
    await bob.channel.disconnect({ channel_id });
    expect(await numbers()).to.deep.equal([3, 1]);
    await say(alice, channel_id, '7');
    await hub.operator.channel.post_simple({ channel_id, text: 'gone', record: 0 });
    expect(await numbers()).to.deep.equal([3, 1]);
  });

  it('and the other safe calls reject viewers, strangers and tokens without read', async () => {
    const hub = await newHub({ viewer: 3, alice: 7 });
    const { viewer, alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const looking = await narrowed(alice, 'chat:room:view');
    const settings = await narrowed(alice, 'chat:reactions:edit');
    for (const client of [viewer, settings]) {
      await refused(client.channel.list(), 'PERMISSION_DENIED');
      await refused(client.channel.get_id({ type: 'gl', sub_id: 'lobby' }), 'PERMISSION_DENIED');
      await refused(client.channel.info({ channel_id }), 'PERMISSION_DENIED');
      await refused(client.channel.recent({ channel_id }), 'PERMISSION_DENIED');
      await refused(client.channel.connect({ channel_id }), 'PERMISSION_DENIED');
    }
    expect(await looking.channel.list()).to.have.length(1);
    expect(await looking.channel.connect({ channel_id })).to.have.nested.property(
      'channel.channel_id',
      channel_id,
    );
    await refused(looking.channel.post_simple({ channel_id, text: 'Hi' }), 'PERMISSION_DENIED');
    await refusedInputs(alice, 'channel.list', [['type', { type: 'sy' }]]);
    await refusedInputs(alice, 'channel.recent', [
      ['limit', { channel_id, limit: 251 }],
      ['limit', { channel_id, limit: -1 }],
      ['channel_id', { channel_id: 7 }],
      ['channel_id', {}],
    ]);
  });
});
