import { z } from 'zod';
import { ServiceError } from '../../../acl/language/errors.ts';
import { Refusal } from '../errors.ts';
import { type Context, type Operations, operation } from '../sessions/session.ts';
import { content, read } from '../wire/body.ts';
import {
  connectTo,
  disconnect,
  getChannelId,
  getInfo,
  getMessage,
  getRecent,
  inChannel,
  type Posting,
  post,
  posting,
  remove,
  update,
} from './channels.ts';

const sender = z.object({ name: z.string().nullish(), pic: z.string().nullish() }).nullish();
const made = z.object({ channelType: z.string(), channelSubId: z.string() });

/** The documents call two of the parameters otherwise in their prose. */
function aliased(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const { contentJson, fromJson, ...rest } = data as Record<string, unknown>;
  return {
    ...(contentJson === undefined ? {} : { content: contentJson }),
    ...(fromJson === undefined ? {} : { from: fromJson }),
    ...rest,
  };
}

/** A key has no name of its own: it says as whom it speaks, or speaks as nobody. */
const as = (from: z.output<typeof sender>): Pick<Posting, 'from'> =>
  from ? { from: { name: from.name ?? '', pic: from.pic ?? null } } : {};

/** A system or dynamic channel is there once the system uses it. */
const opening =
  ({ call, appId }: Context<'channel.create'>) =>
  async <T>(channelId: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const [, app, type, subId] = /^([^:]+):(dy|sy):([A-Za-z0-9_-]{1,100})$/.exec(channelId) ?? [];
      const isUnknown = error instanceof ServiceError && error.code === 'CHANNEL_NOT_FOUND';
      if (!isUnknown || app !== appId || !type || !subId) throw error;
      await call('channel.create', { type: type as 'dy' | 'sy', sub_id: subId });
      return work();
    }
  };

/** The calls of an application’s server. */
export const systemChatOperations: Operations = {
  GET_CHANNEL_ID: getChannelId,
  SYS_CREATE_CHANNEL: operation(['channel.create'], async ({ call }, data) => {
    const { channelType, channelSubId } = read(made, data);
    if (channelType !== 'dy' && channelType !== 'sy')
      throw new Refusal('INVALID_PARAMETER_VALUE', 'channelType: must be dy or sy');
    const { channel_id: channelId } = await call('channel.create', {
      type: channelType,
      sub_id: channelSubId,
    });
    return { channelId };
  }),
  SYS_DELETE_CHANNEL: operation(['channel.delete'], async ({ call, session }, data) => {
    const { channelId } = read(inChannel, data);
    if (/^[^:]*:(gl|gr):/.test(channelId))
      throw new Refusal(
        'INVALID_PARAMETER_VALUE',
        'channelId: only a dynamic or system channel is deleted',
      );
    await call('channel.delete', { channel_id: channelId });
    if (session)
      session.memory.channels = session.memory.channels.filter((known) => known !== channelId);
    return {};
  }),
  SYS_GET_CHANNEL_INFO: getInfo,
  SYS_GET_CHAT_MESSAGE: getMessage,
  SYS_GET_RECENT_CHAT_MESSAGES: getRecent,
  SYS_POST_CHAT_MESSAGE: operation(['channel.post', 'channel.create'], async (context, data) => {
    const { from, ...given } = read(z.object({ ...posting, content, from: sender }), aliased(data));
    return post(context, { ...given, ...as(from) }, opening(context));
  }),
  SYS_POST_CHAT_MESSAGE_SIMPLE: operation(
    ['channel.post', 'channel.create'],
    async (context, data) => {
      const { from, text, ...given } = read(
        z.object({ ...posting, text: z.string(), from: sender }),
        aliased(data),
      );
      return post(context, { ...given, content: { text }, ...as(from) }, opening(context));
    },
  ),
  SYS_UPDATE_CHAT_MESSAGE: {
    ...update,
    run: (context, data) => update.run(context, aliased(data)),
  },
  SYS_DELETE_CHAT_MESSAGE: remove,
  SYS_CHANNEL_CONNECT: operation(['channel.connect', 'channel.create'], (context, data) =>
    connectTo(context, data, opening(context)),
  ),
  SYS_CHANNEL_DISCONNECT: disconnect,
};
