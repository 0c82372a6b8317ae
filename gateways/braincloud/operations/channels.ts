import { z } from 'zod';
import { ServiceError } from '../../../acl/language/errors.ts';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { presentChannel, presentMessage } from '../models.ts';
import { type Context, type Operations, operation } from '../operation.ts';
import { readSchema } from '../wire/body.ts';
import {
  Channel,
  ChannelMessage,
  ChannelPage,
  ChannelPost,
  content,
  version,
} from '../wire/schemas.ts';

const ChannelName = z.object({
  channelType: z.enum(['gl', 'gr', 'dy', 'sy']),
  channelSubId: z.string(),
});
const ChannelFilter = z.object({ channelType: z.enum(['gl', 'gr', 'dy', 'all', '']) });
const MessageUpdate = z.object({ ...ChannelMessage.shape, version, content });
const MessageDeletion = z.object({ ...ChannelMessage.shape, version });

const limitOf = (maxReturn: number): number => Math.min(maxReturn, values.maxMessages);

export const getChannelId = operation(['channel.get_id'], async ({ call }, data) => {
  const { channelType: type, channelSubId } = readSchema(ChannelName, data);
  const { channel_id: channelId } = await call('channel.get_id', { type, sub_id: channelSubId });
  return { channelId };
});

export const getInfo = operation(['channel.info'], async ({ call }, data) => {
  const { channelId } = readSchema(Channel, data);
  return presentChannel(await call('channel.info', { channel_id: channelId }));
});

/** Makes a call about a channel; for servers it creates the channel first if it is missing. */
export type ChannelCall = <T>(channelId: string, call: () => Promise<T>) => Promise<T>;
const callDirectly: ChannelCall = (_channelId, call) => call();

/**
 * Connects the session to a channel. From now on its sockets receive what is posted there, also
 * what is posted while the newest messages are read.
 */
export async function connect(
  context: Context<'channel.connect'>,
  data: unknown,
  channelCall = callDirectly,
) {
  const { call, session, connections } = context;
  const { channelId, maxReturn } = readSchema(ChannelPage, data);
  const channels = new Set(session?.state.channels).add(channelId);
  if (channels.size > values.maxChannels)
    throw new Refusal(
      'INVALID_PARAMETER_VALUE',
      `channelId: the session is connected to ${values.maxChannels} channels already`,
    );
  const subscription = session && connections.subscribe(session, channelId);
  try {
    const { messages } = await channelCall(channelId, () =>
      call('channel.connect', { channel_id: channelId, limit: limitOf(maxReturn) }),
    );
    if (session) session.state.channels = [...channels];
    subscription?.activate();
    return { messages: messages.map((message) => presentMessage(channelId, message)) };
  } catch (error) {
    subscription?.cancel();
    throw error;
  }
}

export const disconnect = operation(
  ['channel.info', 'channel.disconnect'],
  async ({ call, session, connections }, data) => {
    const { channelId } = readSchema(Channel, data);
    // Before the call, which fails if the channel no longer exists.
    if (session) {
      forgetChannel(session, channelId);
      connections.unsubscribe(session, channelId);
    }
    const { type } = await call('channel.info', { channel_id: channelId });
    // The membership of a group does not depend on sessions.
    if (type !== 'gr') await call('channel.disconnect', { channel_id: channelId });
    return {};
  },
);

export function forgetChannel({ state }: NonNullable<Context['session']>, channelId: string): void {
  state.channels = state.channels.filter((id) => id !== channelId);
}

export const getRecent = operation(['channel.recent'], async ({ call }, data) => {
  const { channelId, maxReturn } = readSchema(ChannelPage, data);
  const messages = await call('channel.recent', {
    channel_id: channelId,
    limit: limitOf(maxReturn),
  });
  return { messages: messages.map((message) => presentMessage(channelId, message)) };
});

/** Returns a message, or an empty object if it does not exist. */
export const getMessage = operation(['channel.get_message'], async ({ call }, data) => {
  const { channelId, msgId } = readSchema(ChannelMessage, data);
  return call('channel.get_message', { channel_id: channelId, message_id: msgId }).then(
    (message) => presentMessage(channelId, message),
    (error: unknown) => {
      if (error instanceof ServiceError && error.code === 'MESSAGE_NOT_FOUND') return {};
      throw error;
    },
  );
});

export interface NewPost extends z.output<typeof ChannelPost> {
  content: Record<string, unknown>;
  /** The sender's name and picture in a post of a server. */
  from?: { name: string; pic: string | null } | undefined;
}

export async function post(
  { call, echoId }: Context<'channel.post'>,
  { channelId, recordInHistory, content, from }: NewPost,
  channelCall = callDirectly,
) {
  const { message_id: msgId } = await channelCall(channelId, () =>
    call('channel.post', {
      channel_id: channelId,
      content,
      record: recordInHistory === false ? 0 : 1,
      echoId,
      from,
    }),
  );
  return { msgId };
}

export const updateMessage = operation(['channel.update_message'], async ({ call }, data) => {
  const { channelId, msgId, version, content } = readSchema(MessageUpdate, data);
  await call('channel.update_message', {
    channel_id: channelId,
    message_id: msgId,
    version,
    content,
  });
  return {};
});

export const deleteMessage = operation(['channel.delete_message'], async ({ call }, data) => {
  const { channelId, msgId, version } = readSchema(MessageDeletion, data);
  const { deleted } = await call('channel.delete_message', {
    channel_id: channelId,
    message_id: msgId,
    version,
  });
  return { deleted };
});

/** The chat operations of users. */
export const channelOperations: Operations = {
  GET_CHANNEL_ID: getChannelId,
  GET_CHANNEL_INFO: getInfo,
  GET_SUBSCRIBED_CHANNELS: operation(['channel.list'], async ({ call }, data) => {
    const { channelType } = readSchema(ChannelFilter, data);
    const channels = await call('channel.list', { type: channelType || 'all' });
    return { channels: channels.map(presentChannel) };
  }),
  CHANNEL_CONNECT: operation(['channel.connect'], (context, data) => connect(context, data)),
  CHANNEL_DISCONNECT: disconnect,
  GET_RECENT_CHAT_MESSAGES: getRecent,
  GET_RECENT_MESSAGES: getRecent,
  GET_CHAT_MESSAGE: getMessage,
  POST_CHAT_MESSAGE: operation(['channel.post'], async (context, data) =>
    post(context, readSchema(z.object({ ...ChannelPost.shape, content }), data)),
  ),
  POST_CHAT_MESSAGE_SIMPLE: operation(['channel.post'], async (context, data) => {
    const { text, ...target } = readSchema(
      z.object({ ...ChannelPost.shape, text: z.string() }),
      data,
    );
    return post(context, { ...target, content: { text } });
  }),
  UPDATE_CHAT_MESSAGE: updateMessage,
  DELETE_CHAT_MESSAGE: deleteMessage,
};
