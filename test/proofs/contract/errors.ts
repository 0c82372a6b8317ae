import { expect } from 'chai';
import type { MethodName, Params, Spec } from '../../../acl/index.ts';
import { type ErrorCode, errors, generalErrors } from '../../../acl/language/errors.ts';
import { fileBytes } from '../../../acl/paths.ts';
import { ownApp } from '../../support/app.ts';
import { newRoom } from '../../support/hub.ts';
import { wireToDatabase } from '../../support/wire.ts';
import { all } from './callers.ts';
import { fetchBytes, fileMethod } from './ids.ts';
import { type Answer, type CallerName, errorsSeen, post, seen, send, type World } from './world.ts';

/**
 * What the scenes use: a room archived for all with a message of the member, and a message to a
 * user whom the member has blocked since.
 */
interface Stage extends World {
  archived: { room: string; message: string };
  blocked: { message: string };
}

async function setStage(world: World): Promise<Stage> {
  const { member, owner } = world.members;
  const room = await newRoom(owner, member);
  const archived = { room, message: await post(member, room) };
  await owner.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
  const mate = await world.hub.join('Mate');
  const blocked = { message: await post(member, mate.id) };
  await member.contact.block({ entity_id: mate.id });
  return { ...world, archived, blocked };
}

interface Scene {
  method: MethodName;
  code: ErrorCode;
  by: CallerName;
  params: (stage: Stage) => object | Promise<object>;
}
/** A call that fails with a declared error of its method. */
const scene = <N extends MethodName>(
  method: N,
  code: Spec<N>['errors'][number],
  params: (stage: Stage) => Params<Spec<N>> | Promise<Params<Spec<N>>>,
  by: CallerName = 'member',
): Scene => ({ method, code, by, params });

const inArchived = ({ archived }: Stage) => ({ message_id: archived.message });
const toBlocked = ({ blocked }: Stage) => ({ message_id: blocked.message });
/** The archived room as a channel. */
const groupOf = ({ archived, hub }: Stage) => ({ channel_id: `${hub.id}:gr:${archived.room}` });
const ofStranger = ({ foreign }: Stage) => ({ user_id: foreign.user });
const edited = { message: 'Edited' };
const emoji = '👍 👎 😀 😁 😂 😃 😄 😅 😆 😇 😈 😉 😊 😋 😌 😍 😎 😏 😐 😑 😒'.split(' ');

/** Errors beyond those of invalid ids and values. */
const scenes: Scene[] = [
  scene(
    'key.create',
    'INVALID_CONTACT',
    (stage) => ({ ...ofStranger(stage), name: 'Key', permission: 3 }),
    'owner',
  ),
  scene('chat.edit', 'VERSION_MISMATCH', async ({ members, room }) => ({
    ...{ message_id: await post(members.member, room), ...edited, version: 7 },
  })),
  scene('chat.edit', 'ROOM_ARCHIVED', (stage) => ({ ...inArchived(stage), ...edited })),
  scene('chat.edit', 'INVALID_CONTACT', (stage) => ({ ...toBlocked(stage), ...edited })),
  scene('chat.pin', 'PIN_LIMIT', async ({ members: { member } }) => {
    const room = await newRoom(member);
    for (let pins = 0; pins < 5; pins++)
      await member.chat.pin({ message_id: await post(member, room) });
    return { message_id: await post(member, room) };
  }),
  scene('chat.pin', 'ROOM_ARCHIVED', inArchived),
  scene('chat.pin', 'INVALID_CONTACT', toBlocked),
  scene('chat.unpin', 'ROOM_ARCHIVED', inArchived),
  scene('chat.unpin', 'INVALID_CONTACT', toBlocked),
  scene('chat.react', 'REACTION_LIMIT', async ({ members: { member }, room }) => {
    const [last = '', ...others] = emoji;
    const message_id = await post(member, room);
    for (const one of others) await member.chat.react({ message_id, emoji: one });
    return { message_id, emoji: last };
  }),
  scene('chat.react', 'ROOM_ARCHIVED', (stage) => ({ ...inArchived(stage), emoji: '👍' })),
  scene('chat.react', 'INVALID_CONTACT', (stage) => ({ ...toBlocked(stage), emoji: '👍' })),
  scene('chat.set_reactions', 'REACTION_LIMIT', async ({ members: { member, owner }, room }) => {
    const [last = '', ...others] = emoji;
    const message_id = await post(member, room);
    await owner.chat.set_reactions({ message_id, emojis: others });
    return { message_id, emojis: [last] };
  }),
  scene('chat.set_reactions', 'ROOM_ARCHIVED', (stage) => ({
    ...inArchived(stage),
    emojis: ['👍'],
  })),
  scene('chat.set_reactions', 'INVALID_CONTACT', (stage) => ({
    ...toBlocked(stage),
    emojis: ['👍'],
  })),
  scene('chat.typing', 'ROOM_ARCHIVED', ({ archived }) => ({ entity_id: archived.room })),
  scene('chat.post', 'ROOM_ARCHIVED', ({ archived }) => ({
    entity_id: archived.room,
    message: 'Late',
  })),
  scene('chat.post', 'ECHO_ID_CONFLICT', async ({ members, room }) => {
    await members.member.chat.post({ entity_id: room, message: 'First', echoId: 'an-echo' });
    return { entity_id: room, message: 'Second', echoId: 'an-echo' };
  }),
  scene('chat.forward', 'ROOM_ARCHIVED', ({ archived, message }) => ({
    ...{ entities: [archived.room], nodes: { messages: [message] } },
  })),
  scene('room.create', 'ECHO_ID_CONFLICT', async ({ members }) => {
    await members.member.room.create({ name: 'First', echoId: 'an-echo' });
    return { name: 'Second', echoId: 'an-echo' };
  }),
  scene('channel.post', 'ROOM_ARCHIVED', (stage) => ({
    ...groupOf(stage),
    content: { text: 'Late' },
  })),
  scene('channel.post', 'ECHO_ID_CONFLICT', async ({ members, channel }) => {
    await members.member.channel.post_simple({
      channel_id: channel,
      text: 'One',
      echoId: 'rich-echo',
    });
    return { channel_id: channel, content: { text: 'Two' }, echoId: 'rich-echo' };
  }),
  scene('channel.post_simple', 'ROOM_ARCHIVED', (stage) => ({ ...groupOf(stage), text: 'Late' })),
  scene('channel.post_simple', 'ECHO_ID_CONFLICT', async ({ members, channel }) => {
    await members.member.channel.post_simple({
      channel_id: channel,
      text: 'One',
      echoId: 'simple-echo',
    });
    return { channel_id: channel, text: 'Two', echoId: 'simple-echo' };
  }),
  scene('channel.update_message', 'ROOM_ARCHIVED', (stage) => ({
    ...{ ...groupOf(stage), message_id: stage.archived.message, content: { text: 'Late' } },
  })),
  scene('channel.update_message', 'VERSION_MISMATCH', async ({ members, channel }) => {
    const { message_id } = await members.member.channel.post_simple({
      channel_id: channel,
      text: 'One',
    });
    return { channel_id: channel, message_id, version: 7, content: { text: 'Two' } };
  }),
  scene('channel.delete_message', 'VERSION_MISMATCH', async ({ members, channel }) => {
    const { message_id } = await members.member.channel.post_simple({
      channel_id: channel,
      text: 'One',
    });
    return { channel_id: channel, message_id, version: 7 };
  }),
  ...(['messaging.page', 'messaging.sys_page'] as const).map((method) =>
    scene(
      method,
      'INVALID_CRITERIA',
      () => ({ criteria: { $where: '1' } }),
      method === 'messaging.page' ? 'member' : 'admin',
    ),
  ),
  ...(['messaging.page_offset', 'messaging.sys_page_offset'] as const).map((method) =>
    scene(
      method,
      'INVALID_CONTEXT',
      () => ({ context: 'made.up', offset: 1 }),
      method === 'messaging.page_offset' ? 'member' : 'admin',
    ),
  ),
  scene(
    'messaging.send',
    'RECIPIENT_LIMIT',
    ({ members: { viewer, member, moderator, admin, owner, peer } }) => ({
      ...{
        to_ids: [viewer, member, moderator, admin, owner, peer].map(({ id }) => id),
        text: 'To many',
      },
    }),
  ),
  scene('messaging.send', 'ECHO_ID_CONFLICT', async ({ members: { member, peer } }) => {
    await member.messaging.send({ to_ids: [peer.id], text: 'One', echoId: 'mail-echo' });
    return { to_ids: [peer.id], text: 'Two', echoId: 'mail-echo' };
  }),
  scene(
    'messaging.sys_send',
    'ECHO_ID_CONFLICT',
    async ({ members: { admin, peer } }) => {
      const asked = { from: { name: 'Admin' }, echoId: 'system-echo', to_ids: [peer.id] };
      await admin.messaging.sys_send({ ...asked, text: 'One' });
      return { ...asked, text: 'Two' };
    },
    'admin',
  ),
  scene(
    'messaging.sys_send_bulk',
    'ECHO_ID_CONFLICT',
    async ({ members: { admin } }) => {
      const asked = { from: { name: 'Admin' }, echoId: 'bulk-echo' };
      await admin.messaging.sys_send_bulk({ ...asked, text: 'One' });
      return { ...asked, text: 'Two' };
    },
    'admin',
  ),
  scene(
    'messaging.sys_delete',
    'VERSION_MISMATCH',
    async ({ members: { admin, peer } }) => {
      const { message_id } = await admin.messaging.sys_send({
        ...{ to_ids: [peer.id], text: 'One', from: { name: 'Admin' } },
      });
      return { message_ids: [message_id], version: 7 };
    },
    'admin',
  ),
  scene('session.app_login', 'IDENTITY_NOT_FOUND', ({ hub, appSecret }) => ({
    ...{ hub_id: hub.id, app_secret: appSecret, kind: 'anonymous', external_id: 'nobody' },
  })),
  scene('session.app_login', 'IDENTITY_MISMATCH', async ({ hub, appSecret, members }) => {
    const asked = {
      hub_id: hub.id,
      app_secret: appSecret,
      kind: 'anonymous' as const,
      external_id: 'somebody',
    };
    await hub.operator.session.app_login({ ...asked, create: 1 });
    return { ...asked, user_id: members.peer.id };
  }),
  scene('room.update', 'ROOM_ARCHIVED', ({ archived }) => ({
    entity_id: archived.room,
    name: 'Late',
  })),
  scene(
    'room.update',
    'INVALID_CONTACT',
    async ({ members: { owner, loner } }) => ({
      entity_id: await newRoom(owner),
      owner_ids: [loner.id],
    }),
    'owner',
  ),
  scene('setting.get_user', 'INVALID_CONTACT', ofStranger, 'admin'),
  scene(
    'setting.patch_user',
    'INVALID_CONTACT',
    (stage) => ({ ...ofStranger(stage), muted: 1 }),
    'admin',
  ),
  scene('setting.reset_user', 'INVALID_CONTACT', ofStranger, 'admin'),
  scene('room.add', 'ROOM_ARCHIVED', ({ archived, members }) => ({
    ...{ entity_id: archived.room, user_id: members.peer.id },
  })),
  scene(
    'user.create',
    'EMAIL_TAKEN',
    ({ login }) => ({ email: login.email, firstname: 'Ada' }),
    'admin',
  ),
  scene(
    'user.put',
    'EMAIL_TAKEN',
    ({ login }) => ({ external_id: 'taker', email: login.email, firstname: 'Ada' }),
    'admin',
  ),
  scene(
    'user.update',
    'INVALID_CONTACT',
    (stage) => ({ ...ofStranger(stage), firstname: 'Ada' }),
    'admin',
  ),
  scene('user.update', 'EMAIL_TAKEN', ({ login }) => ({ email: login.email }), 'stranger'),
  scene(
    'hub.create',
    'HOST_TAKEN',
    ({ otherHub }) => ({ name: 'Hub', host: otherHub.host }),
    'operator',
  ),
  scene('hub.update', 'HOST_TAKEN', ({ otherHub }) => ({ hosts: [otherHub.host] }), 'operator'),
];

const declared = (method: string): ErrorCode[] => {
  const found: readonly ErrorCode[] =
    all.find(([name]) => name === method)?.[1].errors ?? fileBytes.errors;
  return [...found].sort();
};
const general: ReadonlySet<ErrorCode> = new Set(generalErrors);

/** Takes seconds to time out. */
export async function callWithoutDatabase({ members, hub }: World): Promise<Answer> {
  await using wire = await wireToDatabase();
  await using cut = await ownApp({}, undefined, wire.address);
  wire.cut();
  return await send(cut, 'chat.count_all', { token: members.member.token, hubId: hub.id });
}

/**
 * Every method whose declared errors are checked: those of the contract and the path of the files.
 */
export const accounted = [...all.map(([name]) => name), fileMethod];

export function describeErrors(
  getWorld: () => World,
  getWithoutDatabase: () => Promise<Answer>,
): void {
  let stage: Stage;
  /** A service that allows rooms of one participant, and few calls. */
  let narrow: Awaited<ReturnType<typeof ownApp>>;
  after(() => narrow[Symbol.asyncDispose]());
  before(async () => {
    narrow = await ownApp({ LIMIT_PARTICIPANTS: '1', LIMIT_USER_CALLS: '1' });
    stage = await setStage(getWorld());
    // The tests of values leave the setting as the last of their concurrent calls wrote it.
    await stage.hub.operator.setting.patch({ reactions_enabled: 1 });
  });

  for (const { method, code, by, params } of scenes)
    it(`${method} returns ${code}`, async () => {
      const sent = { params: await params(stage), token: stage.tokens[by], hubId: stage.hub.id };
      const answer = await send(stage, method, sent);
      expect([answer.status, answer.error], answer.details?.join('; ')).to.deep.equal([
        errors[code].status,
        code,
      ]);
    });

  it('the bytes of a file return INVALID_RANGE', async () => {
    expect(
      await fetchBytes(stage, stage.file, { token: stage.tokens.member, range: 'bytes=99-' }),
    ).to.include({
      error: 'INVALID_RANGE',
    });
  });

  it('chat.react and chat.set_reactions return NOT_ENABLED', async () => {
    const { admin, member } = stage.members;
    await admin.setting.patch({ reactions_enabled: 0 });
    const sent = { token: member.token, hubId: stage.hub.id };
    const params = { message_id: stage.message, emoji: '👍', emojis: ['👍'] };
    for (const method of ['chat.react', 'chat.set_reactions'])
      expect(await send(stage, method, { ...sent, params }), method).to.include({
        status: 403,
        error: 'NOT_ENABLED',
      });
    await admin.setting.patch({ reactions_enabled: 1 });
  });

  it('room.create and room.add return ROOM_FULL', async () => {
    const { member, peer, spare } = stage.members;
    const entity_id = await newRoom(member, peer);
    const sent = { token: member.token, hubId: stage.hub.id };
    const params = { entity_id, name: 'Room', user_ids: [peer.id, spare.id] };
    for (const method of ['room.create', 'room.add']) {
      const { name, ...added } = params;
      const { entity_id: _, ...created } = params;
      const answer = await send(narrow, method, {
        ...sent,
        params: method === 'room.add' ? added : created,
      });
      expect(answer, method).to.include({ status: 409, error: 'ROOM_FULL' });
    }
  });

  it('channel.connect returns ROOM_FULL', async () => {
    const { member, peer } = stage.members;
    const { channel_id } = await stage.hub.operator.channel.create({ type: 'dy', sub_id: 'full' });
    await peer.channel.connect({ channel_id, limit: 0 });
    const sent = { token: member.token, hubId: stage.hub.id, params: { channel_id, limit: 0 } };
    expect(await send(narrow, 'channel.connect', sent)).to.include({
      status: 409,
      error: 'ROOM_FULL',
    });
  });

  it('returns the errors that are possible for any method', async () => {
    const { token } = stage.members.member;
    const call = (
      method: string,
      sent: Parameters<typeof send>[2] = {},
      world: { url: string } = stage,
    ) => send(world, method, { token, hubId: stage.hub.id, ...sent });
    const large = JSON.stringify({ entity_id: stage.room, message: 'x'.repeat(1024 * 1024) });
    expect(await call('chat.nothing')).to.include({ status: 404, error: 'METHOD_NOT_FOUND' });
    expect(await call('__proto__.x')).to.include({ status: 404, error: 'METHOD_NOT_FOUND' });
    expect(await call('chat.post', { params: large })).to.include({
      status: 413,
      error: 'TOO_LARGE',
    });
    const asText = { 'content-type': 'text/plain' };
    expect(await call('chat.post', { headers: asText })).to.include({
      status: 415,
      error: 'UNSUPPORTED_TYPE',
    });
    expect(await call('chat.upload')).to.include({ status: 415, error: 'UNSUPPORTED_TYPE' });

    const { token: unspent } = stage.members.peer;
    const many = await Promise.all(
      Array.from({ length: 11 }, () => call('chat.count_all', { token: unspent }, narrow)),
    );
    expect(
      many.filter(({ status, error }) => status === 429 && error === 'RATE_LIMITED'),
    ).to.have.lengthOf(1);

    expect(await getWithoutDatabase()).to.include({ status: 503, error: 'UNAVAILABLE' });
  });

  it('has seen every general error except INTERNAL_ERROR', () => {
    const had = new Set([...seen.values()].flatMap((codes) => [...codes]));
    const missing = generalErrors.filter((code) => !had.has(code));
    expect(missing).to.deep.equal(['INTERNAL_ERROR']);
  });

  for (const method of accounted)
    it(`${method} has returned every error that it declares, and no other of its kind`, () => {
      expect(errorsSeen(method).filter((code) => !general.has(code))).to.deep.equal(
        declared(method),
      );
    });
}
