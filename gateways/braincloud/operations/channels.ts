import { z } from 'zod';
import type { Channel } from '../../../acl/entities/channel.ts';
import type { MessageData } from '../../../acl/entities/message.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { type Context, type Operations, operation } from '../sessions/session.ts';
import { content, read, version } from '../wire/body.ts';

export const inChannel = z.object({ channelId: z.string() });
const some = z.object({ channelId: z.string(), maxReturn: z.int().min(0) });
const one = z.object({ channelId: z.string(), msgId: z.string() });
export const posting = { channelId: z.string(), recordInHistory: z.boolean().nullish() };

/** A message as brainCloud shows it. */
export function messageOf(channelId: string, message: MessageData) {
  const { from, entity, author_id: authorId, ctime_ms: date, edited_ms: editedMs } = message;
  return {
    chId: channelId,
    msgId: message.message_id,
    date,
    ver: message.version,
    from: { id: authorId, name: from?.name ?? entity.surname, pic: from?.pic ?? null },
    content: message.content ?? { text: message.message },
    expiresAt: expiresAt(date),
    updatedAt: editedMs ?? date,
  };
}

const presentChannel = (channel: Channel) => ({
  id: channel.channel_id,
  type: channel.type,
  code: channel.type === 'gr' ? channel.name : channel.sub_id,
  name: channel.name,
  desc: channel.description,
  stats: {
    messageCount: channel.num_msgs,
    ...(channel.listeners === null
      ? {}
      : { memberCount: channel.listeners, listenerCount: channel.listeners }),
  },
});

/** When a message says that it is gone. */
export const expiresAt = (date: number): number => date + values.keptDays * 86_400_000;

const limitOf = (maxReturn: number): number => Math.min(maxReturn, values.mostMessages);

export const getChannelId = operation(['channel.get_id'], async ({ call }, data) => {
  const { channelType, channelSubId } = read(
    z.object({ channelType: z.enum(['gl', 'gr', 'dy', 'sy']), channelSubId: z.string() }),
    data,
  );
  const { channel_id: channelId } = await call('channel.get_id', {
    type: channelType,
    sub_id: channelSubId,
  });
  return { channelId };
});

export const getInfo = operation(['channel.info'], async ({ call }, data) =>
  presentChannel(await call('channel.info', { channel_id: read(inChannel, data).channelId })),
);

/** How a call is made that needs the channel to be there. */
type Attempt = <T>(channelId: string, work: () => Promise<T>) => Promise<T>;
const once: Attempt = (_channelId, work) => work();

/** What is posted from now on comes over the session's sockets, also what is posted while this is carried out. */
export async function connectTo(
  context: Context<'channel.connect'>,
  data: unknown,
  attempt = once,
) {
  const { call, session, connections } = context;
  const { channelId, maxReturn } = read(some, data);
  const channels = new Set(session?.memory.channels).add(channelId);
  if (channels.size > values.mostChannels)
    throw new Refusal(
      'INVALID_PARAMETER_VALUE',
      `channelId: a session hears at most ${values.mostChannels} channels`,
    );
  const hold = session && connections.hold(session, channelId);
  try {
    const asked = { channel_id: channelId, limit: limitOf(maxReturn) };
    const { messages } = await attempt(channelId, () => call('channel.connect', asked));
    if (session) session.memory.channels = [...channels];
    hold?.open();
    return { messages: messages.map((message) => messageOf(channelId, message)) };
  } catch (error) {
    hold?.drop();
    throw error;
  }
}

export const disconnect = operation(
  ['channel.info', 'channel.disconnect'],
  async (context, data) => {
    const { call, session, connections } = context;
    const { channelId } = read(inChannel, data);
    // Also one that is not there any more.
    if (session) {
      const { memory } = session;
      memory.channels = memory.channels.filter((known) => known !== channelId);
      connections.leave(session, channelId);
    }
    const { type } = await call('channel.info', { channel_id: channelId });
    // Whoever is in a group stays in it.
    if (type !== 'gr') await call('channel.disconnect', { channel_id: channelId });
    return {};
  },
);

export const getRecent = operation(['channel.recent'], async ({ call }, data) => {
  const { channelId, maxReturn } = read(some, data);
  const rows = await call('channel.recent', { channel_id: channelId, limit: limitOf(maxReturn) });
  return { messages: rows.map((message) => messageOf(channelId, message)) };
});

/** One that is not there is nothing, not an error. */
export const getMessage = operation(['channel.get_message'], async ({ call }, data) => {
  const { channelId, msgId } = read(one, data);
  const asked = { channel_id: channelId, message_id: msgId };
  const message = await call('channel.get_message', asked).catch((error: unknown) => {
    if (error instanceof ServiceError && error.code === 'MESSAGE_NOT_FOUND') return undefined;
    throw error;
  });
  return message ? messageOf(channelId, message) : {};
});

export interface Posting {
  channelId: string;
  recordInHistory?: boolean | null | undefined;
  content: Record<string, unknown>;
  /** As whom the system speaks. */
  from?: { name: string; pic: string | null };
}

export async function post(
  { call, echoId }: Context<'channel.post'>,
  { channelId, recordInHistory, content: posted, from }: Posting,
  attempt = once,
) {
  const asked = {
    ...{
      channel_id: channelId,
      content: posted,
      record: recordInHistory === false ? (0 as const) : (1 as const),
    },
    ...(echoId === undefined ? {} : { echoId }),
    ...(from === undefined ? {} : { from }),
  };
  const { message_id: msgId } = await attempt(channelId, () => call('channel.post', asked));
  return { msgId };
}

export const update = operation(['channel.update_message'], async ({ call }, data) => {
  const {
    channelId,
    msgId,
    version: wanted,
    content: given,
  } = read(z.object({ ...one.shape, version, content }), data);
  await call('channel.update_message', {
    ...{ channel_id: channelId, message_id: msgId, version: wanted, content: given },
  });
  return {};
});

export const remove = operation(['channel.delete_message'], async ({ call }, data) => {
  const { channelId, msgId, version: wanted } = read(z.object({ ...one.shape, version }), data);
  const { deleted } = await call('channel.delete_message', {
    ...{ channel_id: channelId, message_id: msgId, version: wanted },
  });
  return { deleted };
});

/** The calls of an application’s users. */
export const chatOperations: Operations = {
  GET_CHANNEL_ID: getChannelId,
  GET_CHANNEL_INFO: getInfo,
  GET_SUBSCRIBED_CHANNELS: operation(['channel.list'], async ({ call }, data) => {
    const { channelType } = read(
      z.object({ channelType: z.enum(['gl', 'gr', 'dy', 'all', '']) }),
      data,
    );
    const channels = await call('channel.list', { type: channelType === '' ? 'all' : channelType });
    return { channels: channels.map(presentChannel) };
  }),
  CHANNEL_CONNECT: operation(['channel.connect'], (context, data) => connectTo(context, data)),
  CHANNEL_DISCONNECT: disconnect,
  GET_RECENT_CHAT_MESSAGES: getRecent,
  GET_RECENT_MESSAGES: getRecent,
  GET_CHAT_MESSAGE: getMessage,
  POST_CHAT_MESSAGE: operation(['channel.post'], async (context, data) =>
    post(context, read(z.object({ ...posting, content }), data)),
  ),
  POST_CHAT_MESSAGE_SIMPLE: operation(['channel.post'], async (context, data) => {
    const { text, ...where } = read(z.object({ ...posting, text: z.string() }), data);
    return post(context, { ...where, content: { text } });
  }),
  UPDATE_CHAT_MESSAGE: update,
  DELETE_CHAT_MESSAGE: remove,
};
