import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { presentMailPage, presentSharedMail } from '../models.ts';
import { type Context, type Operations, operation } from '../operation.ts';
import { readSchema } from '../wire/body.ts';
import { content, ids, version } from '../wire/schemas.ts';
import { readSearch } from '../wire/search.ts';
import {
  PageOffset,
  presentDelivery,
  type ReadContent,
  Recipients,
  readContent,
  readText,
} from './messages.ts';

const SystemMessage = z.object({
  ...Recipients.shape,
  fromJson: z.object({
    id: z.unknown().optional(),
    name: z.string().optional(),
    pic: z.string().nullish(),
  }),
});
const Owner = z.object({ ownerId: z.string() });
const Messages = z.object({ msgIds: ids });
const MessageUpdate = z.object({ msgId: z.string(), msgVer: version, contentJson: content });
const MessageDeletion = z.object({ msgId: z.string(), msgVer: version });

const sendWith = (read: ReadContent) =>
  operation(['messaging.sys_send'], async ({ call, echoId }, data) => {
    const { toProfileIds, fromJson } = readSchema(SystemMessage, data);
    if (fromJson.id !== undefined && fromJson.id !== null)
      throw new Refusal('MESSAGE_FROM_INVALID', 'fromJson.id: must be null');
    if (!fromJson.name) throw new Refusal('MESSAGE_FROM_NAME_MISSING', 'fromJson.name is missing');
    const from = { name: fromJson.name, pic: fromJson.pic || undefined };
    return presentDelivery(
      await call('messaging.sys_send', { to_ids: toProfileIds, from, ...read(data), echoId }),
    );
  });

async function readPageOffset({ call }: Context<'messaging.sys_page_offset'>, data: unknown) {
  const { context, pageOffset } = readSchema(PageOffset, data);
  return presentMailPage(await call('messaging.sys_page_offset', { context, offset: pageOffset }));
}

/** The messaging operations of the application's server. */
export const systemMessageOperations: Operations = {
  SYS_SEND_MESSAGE: sendWith(readContent),
  SYS_SEND_MESSAGE_SIMPLE: sendWith(readText),
  SYS_GET_MESSAGES: operation(['messaging.sys_get'], async ({ call }, data) => {
    const { msgIds } = readSchema(Messages, data);
    const { requested, actual, items } = await call('messaging.sys_get', { message_ids: msgIds });
    return { requested, actual, items: items.map(presentSharedMail) };
  }),
  SYS_GET_MESSAGES_PAGE: operation(['messaging.sys_page'], async ({ call }, data) =>
    presentMailPage(await call('messaging.sys_page', readSearch(data))),
  ),
  SYS_GET_MESSAGES_PAGE_OFFSET: operation(['messaging.sys_page_offset'], readPageOffset),
  SYS_GET_MESSAGES_FOR_OWNER_PAGE: operation(['messaging.sys_page'], async ({ call }, data) => {
    const { ownerId } = readSchema(Owner, data);
    return presentMailPage(
      await call('messaging.sys_page', { ...readSearch(data), owner_id: ownerId }),
    );
  }),
  SYS_GET_MESSAGES_FOR_OWNER_PAGE_OFFSET: operation(
    ['messaging.sys_page_offset'],
    async (context, data) => {
      // The owner is part of the page's context; the parameter only has to be there.
      readSchema(Owner, data);
      return readPageOffset(context, data);
    },
  ),
  SYS_UPDATE_MESSAGE: operation(['messaging.sys_update'], async ({ call }, data) => {
    const { msgId, msgVer, contentJson } = readSchema(MessageUpdate, data);
    const { requested, actual } = await call('messaging.sys_update', {
      message_id: msgId,
      version: msgVer,
      content: contentJson,
    });
    return { requested, actual, msgId };
  }),
  SYS_DELETE_MESSAGE: operation(['messaging.sys_delete'], async ({ call }, data) => {
    const { msgId, msgVer } = readSchema(MessageDeletion, data);
    const { actual } = await call('messaging.sys_delete', {
      message_ids: [msgId],
      version: msgVer,
    });
    if (actual === 0) throw new Refusal('MESSAGE_NOT_FOUND', 'msgId: does not exist');
    return {};
  }),
  SYS_DELETE_MESSAGES: operation(['messaging.sys_delete'], async ({ call }, data) => {
    const { msgIds } = readSchema(Messages, data);
    if (msgIds.length === 0) return { requested: 0, actual: 0 };
    return call('messaging.sys_delete', { message_ids: msgIds });
  }),
};
