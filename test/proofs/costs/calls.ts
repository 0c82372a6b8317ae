import { type MethodName, methods } from '../../../acl/index.ts';
import { fetchLight, type Response } from '../../support/client.ts';
import { uploadIds } from '../../support/files.ts';
import type { Member } from '../../support/hub.ts';
import { all, paramsFor, tokenFor } from '../contract/callers.ts';
import { type CallerName, leastCaller, post, request, type World } from '../contract/world.ts';

/** A call whose cost is measured. */
export interface Call {
  token: string | undefined;
  /** Performs it; returns the number of bytes of the reply's body. */
  run(): Promise<number>;
}

/** Creates what a call needs. A call is prepared each time that it is made. */
export interface Source {
  /** The method, and of which kind the call is. */
  name: string;
  caller: CallerName;
  prepare(world: World): Promise<Call>;
}

type Params = Record<string, unknown>;
type Prepare = (world: World) => Promise<Params>;
let made = 0;

const onNewMessage: Prepare = async ({ room, members: { peer } }) => ({
  message_id: await post(peer, room),
});

async function seqOf(member: Member): Promise<number> {
  using device = await member.device();
  return device.ready.seq;
}

async function newMail({ members: { member, peer } }: World): Promise<Params> {
  const { message_id } = await peer.messaging.send({ to_ids: [member.id], text: 'Sent' });
  return { box: 'inbox', message_ids: [message_id] };
}

/** Parameters of methods where those of the contract's tests change nothing the second time. */
const changing: Partial<Record<MethodName, Prepare>> = {
  'channel.connect': async ({ channel: channel_id, members: { member } }) => {
    await member.channel.disconnect({ channel_id });
    return { channel_id };
  },
  'channel.disconnect': async ({ channel: channel_id, members: { member } }) => {
    await member.channel.connect({ channel_id });
    return { channel_id };
  },
  'chat.acknowledge': onNewMessage,
  'chat.change_status': async ({ room }) => ({
    entity_id: room,
    status: ++made % 2 ? 'archived' : 'active',
    for: 'me',
  }),
  'chat.mark_unread': async ({ room, members: { peer, member } }) => {
    const message_id = await post(peer, room);
    await member.chat.acknowledge({ message_id });
    return { message_id };
  },
  'chat.notify': async ({ room }) => ({
    entity_id: room,
    level: ++made % 2 ? 'none' : 'mentions',
  }),
  'chat.pin': async (world) => {
    const { owner } = world.members;
    const pinned = await owner.chat.pins({ entity_id: world.room });
    for (const { message_id } of pinned) await owner.chat.unpin({ message_id });
    return onNewMessage(world);
  },
  'chat.react': async (world) => ({ ...(await onNewMessage(world)), emoji: '👍', state: 1 }),
  'chat.set_reactions': async (world) => ({ ...(await onNewMessage(world)), emojis: ['🎉'] }),
  'chat.unpin': async (world) => {
    const params = await onNewMessage(world);
    await world.members.owner.chat.pin({ message_id: String(params.message_id) });
    return params;
  },
  'contact.block': async ({ members: { member, shunned } }) => {
    await member.contact.unblock({ entity_id: shunned.id });
    return { entity_id: shunned.id };
  },
  'contact.unblock': async ({ members: { member, shunned } }) => {
    await member.contact.block({ entity_id: shunned.id });
    return { entity_id: shunned.id };
  },
  'hub.add_member': async ({ hub }) => {
    const { id: user_id } = await hub.join('Returner');
    await hub.operator.hub.remove_member({ user_id });
    return { user_id, privilege: 7 };
  },
  'hub.set_privilege': async ({ hub }) => ({
    user_id: (await hub.join('Riser', 3)).id,
    privilege: 7,
  }),
  'messaging.delete': newMail,
  'messaging.mark_read': newMail,
  'setting.reset_user': async ({ members: { member } }) => {
    await member.setting.patch_user({ muted: 1 });
    return {};
  },
  'user.update': async () => ({ firstname: `Ada ${++made}` }),
};

/** More calls of methods that do more than one kind of work. */
const kinds: [name: MethodName, kind: string, prepare: Prepare][] = [
  ['chat.post', 'direct', async ({ members: { peer } }) => ({ entity_id: peer.id, message: 'Hi' })],
  [
    'chat.post',
    'with a file',
    async ({ room, members: { member } }) => ({
      entity_id: room,
      message: 'A file',
      attachment: await uploadIds(member, 1),
    }),
  ],
  [
    'chat.messages',
    'with one to mark',
    async ({ room, members: { peer } }) => {
      await post(peer, room);
      return { entity_id: room };
    },
  ],
  ['user.put', 'again', async () => ({ external_id: 'again', firstname: 'Ada' })],
  ['chat.sync', 'nothing new', async ({ members: { member } }) => ({ since: await seqOf(member) })],
];

export function sourceOf(
  method: MethodName,
  prepareParams = changing[method],
  kind = '',
  by?: CallerName,
): Source {
  const spec = methods.get(method);
  if (!spec) throw new Error(`${method} is not declared`);
  const caller = by ?? leastCaller(spec);
  return {
    name: kind ? `${method}, ${kind}` : method,
    caller,
    async prepare(world) {
      const params = await (prepareParams?.(world) ?? paramsFor(world, method, caller));
      const token = await tokenFor(world, method, caller);
      const sent = { params, token, hubId: world.hub.id };
      return { token, run: async () => sizeOf(await request(world, method, sent)) };
    },
  };
}

async function sizeOf(reply: Response): Promise<number> {
  const body = await reply.text();
  if (!reply.ok) throw new Error(body);
  return Buffer.byteLength(body);
}

const fileCall: Source = {
  name: 'GET /-/file/{nid}',
  caller: 'member',
  async prepare({ url, file, hub, tokens: { member: token } }) {
    const headers = { authorization: `Bearer ${token}`, 'x-hub-id': hub.id };
    return {
      token,
      run: async () => sizeOf(await fetchLight(`${url}/-/file/${file}`, { headers })),
    };
  },
};

const socketCall: Source = {
  name: 'Socket.IO handshake',
  caller: 'member',
  async prepare({ members: { member } }) {
    return {
      token: member.token,
      async run() {
        const device = await member.device();
        device.close();
        return Buffer.byteLength(JSON.stringify(device.ready));
      },
    };
  },
};

/** Every declared method, and what else the budget names. */
export const sources: readonly Source[] = [
  ...all.map(([method]) => sourceOf(method)),
  ...kinds.map(([method, kind, prepare]) => sourceOf(method, prepare, kind)),
  ...[fileCall, socketCall],
];
