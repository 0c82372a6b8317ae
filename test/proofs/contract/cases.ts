import type { MethodName, Params, Spec } from '../../../acl/index.ts';
import { newEmail } from '../../support/caller.ts';
import { createClient } from '../../support/client.ts';
import { uploadIds } from '../../support/files.ts';
import { type Member, newRoom } from '../../support/hub.ts';
import { newPasswordSession, newSession, post, type World } from './world.ts';

/**
 * Parameters with which a method succeeds for every permitted caller. Created for each call, for
 * the given member.
 */
type Case<N extends MethodName> = (
  world: World,
  by: Member,
  isSystem: boolean,
) => Params<Spec<N>> | Promise<Params<Spec<N>>>;

const newTag = async (by: Member) => (await by.tag.create({ name: `Tag ${++made}` })).tag_id;
let made = 0;
const inRoom = ({ room }: World) => ({ entity_id: room });
const onMessage = ({ message }: World) => ({ message_id: message });
const none = () => ({});
const inChannel = ({ channel }: World) => ({ channel_id: channel });
/** A room of the peer that the operator made. */
async function roomOfSystem({ hub, members: { peer } }: World): Promise<string> {
  const room = { name: `Room ${++made}`, owner_ids: [peer.id] };
  return (await hub.operator.room.create(room)).entity_id;
}
const newChannel = async ({ operator }: World['hub']) =>
  (await operator.channel.create({ type: 'dy', sub_id: `gone-${++made}` })).channel_id;

/** One case for every method of the contract: a new method without one does not compile. */
export const cases: { [N in MethodName]: Case<N> } = {
  'channel.connect': inChannel,
  'channel.create': () => ({ type: 'gl', sub_id: `made-${++made}` }),
  'channel.delete': async ({ hub }) => ({ channel_id: await newChannel(hub) }),
  'channel.delete_message': ({ channel }) => ({ channel_id: channel, message_id: 'unknown' }),
  'channel.disconnect': inChannel,
  'channel.get_id': () => ({ type: 'gl', sub_id: 'contract' }),
  'channel.get_message': ({ channel, channelMessage }) => ({
    channel_id: channel,
    message_id: channelMessage,
  }),
  'channel.info': inChannel,
  'channel.list': none,
  'channel.post': ({ channel }) => ({ channel_id: channel, content: { text: 'Posted' } }),
  'channel.post_simple': ({ channel }) => ({ channel_id: channel, text: 'Posted' }),
  'channel.recent': inChannel,
  'channel.update_message': async ({ channel, hub }, by, isSystem) => {
    const { message_id } = await (isSystem ? hub.operator : by).channel.post_simple({
      channel_id: channel,
      text: 'To be changed',
    });
    return { channel_id: channel, message_id, content: { text: `Changed ${++made}` } };
  },
  'chat.acknowledge': onMessage,
  'chat.attachment': ({ fileMessage }) => ({ message_id: fileMessage }),
  'chat.change_status': ({ room }) => ({ entity_id: room, status: 'active', for: 'me' }),
  'chat.chat_room_info': ({ room }) => ({ key: room }),
  'chat.chat_rooms': none,
  'chat.contact_rooms': none,
  'chat.count_all': none,
  'chat.delete': async ({ room }, by) => ({ option: 'me', messages: [await post(by, room)] }),
  'chat.edit': async ({ room }, by) => ({ message_id: await post(by, room), message: 'Edited' }),
  'chat.file_urls': ({ file }) => ({ nids: [file] }),
  'chat.files': inRoom,
  'chat.forward': ({ room, message }) => ({ entities: [room], nodes: { messages: [message] } }),
  'chat.get': ({ message }) => ({ message_ids: [message] }),
  'chat.mark_unread': onMessage,
  'chat.messages': inRoom,
  'chat.notify': ({ room }) => ({ entity_id: room, level: made++ % 2 ? 'none' : 'mentions' }),
  'chat.pin': onMessage,
  'chat.pins': inRoom,
  'chat.post': ({ room }) => ({ entity_id: room, message: `Message ${++made}` }),
  'chat.react': ({ message }) => ({ message_id: message, emoji: '👍', state: 1 }),
  'chat.set_reactions': ({ message }) => ({ message_id: message, emojis: ['🎉'] }),
  'chat.share_rooms': none,
  'chat.sync': () => ({ since: 0 }),
  'chat.tag_chat_count': async (_, by) => ({ tag_id: await newTag(by) }),
  'chat.thread': ({ message }) => ({ thread_id: message }),
  'chat.to_read': inRoom,
  'chat.typing': inRoom,
  'chat.unpin': ({ fileMessage }) => ({ message_id: fileMessage }),
  'chat.upload': () => ({ file: [new Blob(['a note'])] }),
  'chat.upload_remove': async (_, by) => ({ nid: (await uploadIds(by, 1))[0] ?? '' }),
  'contact.block': ({ members }) => ({ entity_id: members.shunned.id }),
  'contact.list': none,
  'contact.unblock': ({ members }) => ({ entity_id: members.shunned.id }),
  'hub.add_member': ({ members }) => ({ user_id: members.peer.id, privilege: 7 }),
  'hub.create': () => ({ name: `Hub ${++made}` }),
  'hub.info': none,
  'hub.members': none,
  'hub.remove_member': async ({ hub }) => ({ user_id: (await hub.join('Leaver')).id }),
  'hub.set_privilege': ({ members }) => ({ user_id: members.spare.id, privilege: 7 }),
  'hub.update': () => ({ name: `Hub ${++made}` }),
  'key.create': () => ({ name: 'Key', permission: 3 }),
  'key.list': none,
  'key.revoke': async ({ hub }) => ({
    key_id: (await hub.operator.key.create({ name: 'Key', permission: 3 })).key_id,
  }),
  'messaging.boxes': none,
  'messaging.counts': none,
  'messaging.delete': ({ mail }) => ({ box: 'sent', message_ids: [mail] }),
  'messaging.get': () => ({ box: 'inbox', message_ids: [] }),
  'messaging.mark_read': ({ mail }) => ({ box: 'inbox', message_ids: [mail] }),
  'messaging.page': none,
  'messaging.page_offset': async (_, by) => ({
    context: (await by.messaging.page({})).context,
    offset: 1,
  }),
  'messaging.send': ({ members }) => ({ to_ids: [members.peer.id], text: 'Sent' }),
  'messaging.sys_bulk': ({ bulk }) => ({ message_id: bulk }),
  'messaging.sys_delete': () => ({ message_ids: ['unknown'] }),
  'messaging.sys_get': ({ notice }) => ({ message_ids: [notice] }),
  'messaging.sys_page': none,
  'messaging.sys_page_offset': async (_, by) => ({
    context: (await by.messaging.sys_page({})).context,
    offset: 1,
  }),
  'messaging.sys_send': ({ members }) => ({
    to_ids: [members.peer.id],
    text: 'Sent',
    from: { name: 'Admin' },
  }),
  'messaging.sys_send_bulk': () => ({ text: 'To all', from: { name: 'Admin' } }),
  'messaging.sys_update': ({ notice }) => ({ message_id: notice, text: `Changed ${++made}` }),
  'room.add': async (world, by, isSystem) => ({
    entity_id: isSystem ? await roomOfSystem(world) : await newRoom(by),
    user_ids: [world.members.spare.id],
  }),
  'room.create': ({ members }, _, isSystem) => ({
    ...{ name: `Room ${++made}`, user_ids: [members.peer.id] },
    ...(isSystem ? { owner_ids: [members.spare.id], external_id: `room-${++made}` } : {}),
  }),
  'room.delete': async (_, by) => ({ entity_id: await newRoom(by) }),
  'room.info': inRoom,
  'room.list': none,
  'room.participant': ({ room, members }) => ({ entity_id: room, user_id: members.peer.id }),
  'room.participants': inRoom,
  'room.remove': async (world, by, isSystem) => ({
    entity_id: isSystem ? await roomOfSystem(world) : await newRoom(by, world.members.spare),
    user_ids: [world.members.spare.id],
  }),
  'room.update': async (world, _, isSystem) => ({
    entity_id: isSystem ? await roomOfSystem(world) : world.room,
    name: `Room ${++made}`,
  }),
  'session.app_login': ({ hub, appSecret }) => ({
    ...{
      hub_id: hub.id,
      app_secret: appSecret,
      kind: 'anonymous',
      external_id: `user-${++made}`,
      create: 1,
    },
  }),
  'session.exchange': ({ client }) => ({ client_id: client.id, client_secret: client.secret }),
  'session.issue': ({ hub, members }) => ({ user_id: members.peer.id, hub_id: hub.id, ttl: 60 }),
  'session.list': none,
  'session.login': ({ login: { email, password } }) => ({ email, password }),
  'session.logout': none,
  'session.renew': async ({ app, hub, members, tokens }, by, isSystem) => {
    if (!isSystem) return { token: await newPasswordSession(by.id, app) };
    const key = createClient({ url: app.url, token: tokens.key ?? '', hubId: hub.id });
    return { token: (await key.session.issue({ user_id: members.peer.id })).token };
  },
  'session.revoke': async ({ app }, by) => ({ session_id: await newSession(by, app) }),
  'session.whoami': none,
  'setting.get': none,
  'setting.get_user': none,
  'setting.patch': () => ({ message_retention_days: 3000 + ++made }),
  'setting.patch_user': () => ({ muted: made++ % 2 }),
  'setting.put': () => ({ message_retention_days: 3000 + ++made }),
  'setting.reset_user': none,
  'tag.assign': async ({ room }, by) => ({ entity_id: room, tag_ids: [await newTag(by)] }),
  'tag.create': () => ({ name: `Tag ${++made}` }),
  'tag.list': none,
  'tag.remove': async (_, by) => ({ tag_id: await newTag(by) }),
  'tag.rename': async (_, by) => ({ tag_id: await newTag(by), name: `New ${++made}` }),
  'user.create': () => ({ email: newEmail(), firstname: 'Ada', privilege: 7 }),
  'user.get': ({ members }) => ({ user_id: members.peer.id }),
  'user.list': none,
  'user.put': () => ({ external_id: `user-${++made}`, firstname: 'Ada', email: newEmail() }),
  'user.update': () => ({ firstname: 'Ada' }),
};

/** These end the caller's own session, so each is called with a separate one. */
export const endsSession: readonly MethodName[] = ['session.logout'];

type Results = Partial<
  Record<'member' | 'moderator' | 'admin' | 'owner' | 'key' | 'operator', string>
>;
interface RowRule<N extends MethodName> {
  method: N;
  why: string;
  params: Case<N>;
  results: Results;
}
const rule = <N extends MethodName>(
  method: N,
  why: string,
  results: Results,
  params: Case<N>,
): RowRule<N> => ({
  ...{ method, why, params, results },
});
const denied = 'PERMISSION_DENIED';
const unknown = 'INVALID_CONTACT';
const onlyEquals = { admin: denied, owner: 'ok', key: denied, operator: 'ok' };
const noRoom = 'ROOM_NOT_FOUND';
const anybody = { member: 'ok', moderator: 'ok', admin: 'ok', owner: 'ok' };
const notOthers = { member: denied, moderator: denied, admin: denied, owner: denied };
const atLeastAsMuch = { admin: denied, owner: 'ok' };
const ofPeer = ({ members }: World) => ({ user_id: members.peer.id });
const ofOwner = ({ members }: World) => ({ user_id: members.owner.id });
const inHiddenRoom = ({ notMine }: World) => ({ entity_id: notMine.room ?? '' });
/** In a room that only the peer is in. */
async function inPublicRoom({ members: { peer } }: World) {
  return {
    entity_id: (await peer.room.create({ name: `Room ${++made}`, visibility: 'public' })).entity_id,
  };
}
async function inOwnersRoom({ members: { owner, member, moderator, spare } }: World) {
  return { entity_id: await newRoom(owner, member, moderator, spare) };
}
const inOwnersRoomSpare = async (world: World) => ({
  ...(await inOwnersRoom(world)),
  user_id: world.members.spare.id,
});
const onlyManagers = { member: denied, moderator: denied, admin: 'ok', owner: 'ok' };

/**
 * Where a row decides beyond the privilege. The room is owned by the hub's owner, its messages are
 * the peer's.
 */
export const rowRules = [
  rule(
    'chat.edit',
    'only the author edits',
    { member: denied, moderator: denied, admin: denied, owner: denied },
    ({ message }) => ({ message_id: message, message: 'Not mine' }),
  ),
  rule(
    'chat.delete',
    'for all: the author, and moderators',
    { member: 'INVALID_OPTION', moderator: 'ok', admin: 'ok', owner: 'ok' },
    async ({ room, members }) => ({ option: 'all', messages: [await post(members.peer, room)] }),
  ),
  rule('chat.change_status', 'for all: the room’s owner and admins', onlyManagers, ({ room }) => ({
    ...{ entity_id: room, status: 'active', for: 'all' },
  })),
  rule('room.remove', 'others: the room’s owner and admins', onlyManagers, async ({ members }) => {
    const { owner, member, moderator, admin, spare } = members;
    return { entity_id: await newRoom(owner, member, moderator, admin, spare), user_id: spare.id };
  }),
  rule('room.delete', 'the room’s owner and admins', onlyManagers, async ({ members }) => {
    const { owner, member, moderator, admin } = members;
    return { entity_id: await newRoom(owner, member, moderator, admin) };
  }),
  ...(['room.add', 'room.remove'] as const).map((method) =>
    rule(
      method,
      'of a member’s room: no key',
      { key: denied, operator: denied },
      inOwnersRoomSpare,
    ),
  ),
  rule(
    'room.update',
    'a member’s room: no key',
    { key: denied, operator: denied },
    async (world) => ({ ...(await inOwnersRoom(world)), name: 'Not mine' }),
  ),
  rule(
    'room.create',
    'owners: the system',
    { member: denied, moderator: denied, admin: denied, owner: denied },
    ({ members }) => ({ name: 'Room', owner_ids: [members.peer.id] }),
  ),
  rule('room.list', 'all of the hub: admins', onlyManagers, () => ({ all: 1 })),
  rule(
    'room.info',
    'of a room outside: admins',
    { member: noRoom, moderator: noRoom, admin: 'ok', owner: 'ok' },
    inHiddenRoom,
  ),
  rule(
    'room.participants',
    'of a room outside: admins',
    { member: noRoom, moderator: noRoom, admin: 'ok', owner: 'ok' },
    inHiddenRoom,
  ),
  rule('room.info', 'of a public room: all members', anybody, inPublicRoom),
  rule('room.participants', 'of a public room: all members', anybody, inPublicRoom),
  rule('room.participant', 'of a public room: all members', anybody, async (world) => ({
    ...(await inPublicRoom(world)),
    user_id: world.members.peer.id,
  })),
  rule('room.add', 'to a public room from outside: only oneself', notOthers, async (world) => ({
    ...(await inPublicRoom(world)),
    user_id: world.members.spare.id,
  })),
  rule('room.update', 'owners: the room’s owner and admins', onlyManagers, async (world) => ({
    ...(await inOwnersRoom(world)),
    owner_ids: [world.members.spare.id],
  })),
  rule('room.update', 'visibility: the room’s owner and admins', onlyManagers, async (world) => ({
    ...(await inOwnersRoom(world)),
    visibility: 'private',
  })),
  rule(
    'room.update',
    'visibility to public: the room’s owner, no outside admin',
    { member: denied, moderator: denied, admin: noRoom, owner: 'ok' },
    async (world) => ({ ...(await inOwnersRoom(world)), visibility: 'public' }),
  ),
  rule(
    'room.participants',
    'notification settings of a public room: participants and admins',
    { member: denied, moderator: denied, admin: 'ok' },
    async (world) => ({ ...(await inPublicRoom(world)), notify: 1 }),
  ),
  rule('setting.get_user', 'of another member: admins', onlyManagers, ofPeer),
  rule('setting.patch_user', 'of another member: admins', onlyManagers, ({ members }) => ({
    ...{ user_id: members.peer.id, muted: made++ % 2 },
  })),
  rule('setting.reset_user', 'of another member: admins', onlyManagers, ofPeer),
  rule('setting.get_user', 'of an owner: owners', atLeastAsMuch, ofOwner),
  rule('setting.patch_user', 'of an owner: owners', atLeastAsMuch, (world) => ({
    ...{ ...ofOwner(world), muted: made++ % 2 },
  })),
  rule('setting.reset_user', 'of an owner: owners', atLeastAsMuch, ofOwner),
  rule(
    'hub.update',
    'host names: the operator',
    { admin: denied, owner: denied, key: denied, operator: 'ok' },
    () => ({
      hosts: [`${++made}.contract.example`],
    }),
  ),
  rule(
    'hub.add_member',
    'a user who was never a member: the operator',
    { admin: unknown, owner: unknown, key: unknown, operator: 'ok' },
    ({ stranger }) => ({ user_id: stranger.id, privilege: 3 }),
  ),
  rule('hub.set_privilege', 'an owner: owners and the operator', onlyEquals, ({ members }) => ({
    ...{ user_id: members.owner.id, privilege: 63 },
  })),
  rule('hub.remove_member', 'an owner: owners and the operator', onlyEquals, async ({ hub }) => ({
    user_id: (await hub.join('Second owner', 63)).id,
  })),
  rule(
    'key.create',
    'a key with all privileges: callers who have them',
    { admin: denied, owner: 'ok', operator: 'ok' },
    () => ({
      ...{ name: 'Key', permission: 63 },
    }),
  ),
  rule(
    'key.create',
    'a key that acts as another member: owners and the operator',
    onlyEquals,
    ({ members }) => ({ name: 'Key', permission: 3, user_id: members.peer.id }),
  ),
  rule('key.create', 'an application: owners and the operator', onlyEquals, () => ({
    name: 'Key',
    permission: 3,
    kind: 'braincloud',
  })),
  rule(
    'user.update',
    'another member: admins and keys',
    { ...onlyManagers, key: 'ok' },
    (world) => ({
      ...{ ...ofPeer(world), firstname: `Peer ${++made}` },
    }),
  ),
  rule('user.update', 'an owner: owners and the operator', onlyEquals, (world) => ({
    ...{ ...ofOwner(world), firstname: `Owner ${++made}` },
  })),
  rule(
    'user.update',
    'external_id: who may issue tokens',
    { member: denied, admin: denied, owner: 'ok', key: 'ok', operator: 'ok' },
    (world) => ({ ...ofPeer(world), external_id: `peer-${++made}` }),
  ),
  rule(
    'user.put',
    'a user with all privileges: callers who have them',
    { admin: denied, owner: 'ok', key: denied, operator: 'ok' },
    () => ({ external_id: `owner-${++made}`, firstname: 'Ada', privilege: 63 }),
  ),
  rule(
    'user.create',
    'a user with all privileges: callers who have them',
    { admin: denied, owner: 'ok', key: denied },
    () => ({
      ...{ firstname: 'Ada', privilege: 63 },
    }),
  ),
];
