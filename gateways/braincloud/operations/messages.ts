import { z } from 'zod';
import type { Output, Spec } from '../../../acl/index.ts';
import { presentMail, presentMailPage } from '../models.ts';
import { type Operations, operation } from '../operation.ts';
import { readSchema } from '../wire/body.ts';
import { content, ids } from '../wire/schemas.ts';
import { readSearch } from '../wire/search.ts';

const BoxMessages = z.object({ msgbox: z.enum(['inbox', 'sent']), msgIds: ids });
export const Recipients = z.object({ toProfileIds: ids.min(1) });
export const PageOffset = z.object({ context: z.string(), pageOffset: z.int() });

export const presentDelivery = ({
  requested,
  actual,
  message_id: msgId,
}: Output<Spec<'messaging.send'>>) => ({ requested, actual, msgId });

/** Reads what a message says, as parameters of messaging.send. */
export type ReadContent = (
  data: unknown,
) => { content: Record<string, unknown> } | { text: string };
export const readContent: ReadContent = (data) => ({
  content: readSchema(z.object({ contentJson: content }), data).contentJson,
});
export const readText: ReadContent = (data) => readSchema(z.object({ text: z.string() }), data);

const sendWith = (read: ReadContent) =>
  operation(['messaging.send'], async ({ call, echoId }, data) => {
    const { toProfileIds } = readSchema(Recipients, data);
    return presentDelivery(
      await call('messaging.send', { to_ids: toProfileIds, ...read(data), echoId }),
    );
  });

/** The messaging operations of users. */
export const messageOperations: Operations = {
  GET_MESSAGE_BOXES: operation(['messaging.boxes'], async ({ call }) => ({
    items: await call('messaging.boxes', {}),
  })),
  GET_MESSAGE_COUNTS: operation(['messaging.counts'], ({ call }) => call('messaging.counts', {})),
  GET_MESSAGES: operation(['messaging.get'], async ({ call }, data) => {
    const { msgbox, msgIds, markAsRead } = readSchema(
      z.object({ ...BoxMessages.shape, markAsRead: z.boolean().default(false) }),
      data,
    );
    const { requested, actual, items } = await call('messaging.get', {
      box: msgbox,
      message_ids: msgIds,
      mark_read: markAsRead ? 1 : 0,
    });
    return { requested, actual, items: items.map(presentMail) };
  }),
  GET_MESSAGES_PAGE: operation(['messaging.page'], async ({ call }, data) =>
    presentMailPage(await call('messaging.page', readSearch(data))),
  ),
  GET_MESSAGES_PAGE_OFFSET: operation(['messaging.page_offset'], async ({ call }, data) => {
    const { context, pageOffset } = readSchema(PageOffset, data);
    return presentMailPage(await call('messaging.page_offset', { context, offset: pageOffset }));
  }),
  SEND_MESSAGE: sendWith(readContent),
  SEND_MESSAGE_SIMPLE: sendWith(readText),
  DELETE_MESSAGES: operation(['messaging.delete'], async ({ call }, data) => {
    const { msgbox, msgIds } = readSchema(BoxMessages, data);
    return call('messaging.delete', { box: msgbox, message_ids: msgIds });
  }),
  MARK_MESSAGES_READ: operation(['messaging.mark_read'], async ({ call }, data) => {
    const { msgbox, msgIds } = readSchema(BoxMessages, data);
    return call('messaging.mark_read', { box: msgbox, message_ids: msgIds });
  }),
};
