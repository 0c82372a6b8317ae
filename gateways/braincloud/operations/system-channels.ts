import { z } from 'zod';
import { ServiceError } from '../../../acl/language/errors.ts';
import { Refusal } from '../errors.ts';
import { systemChannelOf } from '../ids.ts';
import { type Context, type Operations, operation } from '../operation.ts';
import { readSchema } from '../wire/body.ts';
import { Channel, ChannelPost, content } from '../wire/schemas.ts';
import {
  type ChannelCall,
  connect,
  deleteMessage,
  disconnect,
  forgetChannel,
  getChannelId,
  getInfo,
  getMessage,
  getRecent,
  type NewPost,
  post,
  updateMessage,
} from './channels.ts';

const Sender = z.object({ name: z.string().nullish(), pic: z.string().nullish() }).nullish();
const NewChannel = z.object({ channelType: z.string(), channelSubId: z.string() });
const SystemPost = z.object({ ...ChannelPost.shape, from: Sender });

/** The documentation has two names for each of these parameters. */
function withoutAliases(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const { contentJson, fromJson, ...rest } = data as Record<string, unknown>;
  const { content = contentJson, from = fromJson } = rest;
  return { ...rest, content, from };
}

/** A server has no name of its own: it names the sender of its post, or leaves it empty. */
const senderOf = (from: z.output<typeof Sender>): NewPost['from'] =>
  from ? { name: from.name ?? '', pic: from.pic ?? null } : undefined;

/** Returns a call that creates a missing dynamic or system channel and then tries again. */
const creatingChannel =
  ({ call, appId }: Context<'channel.create'>): ChannelCall =>
  async (channelId, channelCall) => {
    try {
      return await channelCall();
    } catch (error) {
      const isUnknown = error instanceof ServiceError && error.code === 'CHANNEL_NOT_FOUND';
      const channel = isUnknown ? systemChannelOf(appId, channelId) : undefined;
      if (!channel) throw error;
      await call('channel.create', { type: channel.type, sub_id: channel.subId });
      return channelCall();
    }
  };

/** The chat operations of the application's server. */
export const systemChannelOperations: Operations = {
  GET_CHANNEL_ID: getChannelId,
  SYS_CREATE_CHANNEL: operation(['channel.create'], async ({ call }, data) => {
    const { channelType: type, channelSubId } = readSchema(NewChannel, data);
    if (type !== 'dy' && type !== 'sy')
      throw new Refusal('INVALID_PARAMETER_VALUE', 'channelType: must be dy or sy');
    const { channel_id: channelId } = await call('channel.create', { type, sub_id: channelSubId });
    return { channelId };
  }),
  SYS_DELETE_CHANNEL: operation(['channel.delete'], async ({ call, session }, data) => {
    const { channelId } = readSchema(Channel, data);
    if (/^[^:]*:(gl|gr):/.test(channelId))
      throw new Refusal(
        'INVALID_PARAMETER_VALUE',
        'channelId: only dynamic and system channels can be deleted',
      );
    await call('channel.delete', { channel_id: channelId });
    if (session) forgetChannel(session, channelId);
    return {};
  }),
  SYS_GET_CHANNEL_INFO: getInfo,
  SYS_GET_CHAT_MESSAGE: getMessage,
  SYS_GET_RECENT_CHAT_MESSAGES: getRecent,
  SYS_POST_CHAT_MESSAGE: operation(['channel.post', 'channel.create'], async (context, data) => {
    const { from, ...message } = readSchema(
      z.object({ ...SystemPost.shape, content }),
      withoutAliases(data),
    );
    return post(context, { ...message, from: senderOf(from) }, creatingChannel(context));
  }),
  SYS_POST_CHAT_MESSAGE_SIMPLE: operation(
    ['channel.post', 'channel.create'],
    async (context, data) => {
      const { from, text, ...target } = readSchema(
        z.object({ ...SystemPost.shape, text: z.string() }),
        withoutAliases(data),
      );
      const message = { ...target, content: { text }, from: senderOf(from) };
      return post(context, message, creatingChannel(context));
    },
  ),
  SYS_UPDATE_CHAT_MESSAGE: {
    ...updateMessage,
    run: (context, data) => updateMessage.run(context, withoutAliases(data)),
  },
  SYS_DELETE_CHAT_MESSAGE: deleteMessage,
  SYS_CHANNEL_CONNECT: operation(['channel.connect', 'channel.create'], (context, data) =>
    connect(context, data, creatingChannel(context)),
  ),
  SYS_CHANNEL_DISCONNECT: disconnect,
};
