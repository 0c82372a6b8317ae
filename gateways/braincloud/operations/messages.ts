import { z } from 'zod';
import type { Mail, SharedMail } from '../../../acl/entities/mail.ts';
import type { Output, Params, Spec } from '../../../acl/index.ts';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { type Context, type Operations, operation } from '../sessions/session.ts';
import { content, ids, read, version } from '../wire/body.ts';

const box = z.enum(['inbox', 'sent']);
const inBox = z.object({ msgbox: box, msgIds: ids });
const sending = z.object({ toProfileIds: ids.min(1) });
const from = z.object({
  id: z.unknown().optional(),
  name: z.string().optional(),
  pic: z.string().nullish(),
});
const offset = z.object({ context: z.string(), pageOffset: z.int() });
const paging = z.object({
  context: z.object({
    pagination: z
      .object({ rowsPerPage: z.int().optional(), pageNumber: z.int().optional() })
      .nullish(),
    searchCriteria: z.record(z.string(), z.unknown()).nullish(),
    sortCriteria: z.record(z.string(), z.unknown()).nullish(),
  }),
});

const sharedOf = (mail: SharedMail) => ({
  msgId: mail.message_id,
  msgVer: mail.message_version,
  msgCr: mail.message_created_ms,
  msgUp: mail.message_updated_ms,
  message: {
    from: {
      id: mail.from.id,
      name: mail.from.name,
      ...(mail.from.pic === null ? {} : { pic: mail.from.pic }),
    },
    to: mail.to_ids,
    sentAt: mail.sent_ms,
    content: mail.content,
  },
});

/** A message of a box as brainCloud shows it. */
export const itemOf = (mail: Mail) => ({
  msgbox: mail.box,
  read: mail.is_read === 1,
  mbVer: mail.version,
  mbCr: mail.created_ms,
  mbUp: mail.updated_ms,
  ...sharedOf(mail),
});

type Page = Output<Spec<'messaging.page'>>;
const pageOf = ({
  context,
  count,
  page,
  items,
  more_before: moreBefore,
  more_after: moreAfter,
}: Page) => ({
  context,
  results: { count, page, items: items.map(itemOf), moreAfter, moreBefore },
});

const fields: Readonly<Record<string, string>> = {
  msgbox: 'box',
  msgId: 'message_id',
  read: 'is_read',
  mbCr: 'created_ms',
  mbUp: 'updated_ms',
  mbVer: 'version',
  msgCr: 'message_created_ms',
  msgUp: 'message_updated_ms',
  msgVer: 'message_version',
  'message.from.id': 'from.id',
  'message.from.name': 'from.name',
  'message.from.pic': 'from.pic',
  'message.to': 'to_ids',
  'message.sentAt': 'sent_ms',
};

/** Our name of a field; one that brainCloud has not got must not become one of ours. */
const fieldOf = (path: string): string => {
  if (path.startsWith('message.content.')) return path.slice('message.'.length);
  return Object.hasOwn(fields, path) ? (fields[path] ?? '') : `unknown.${path}`;
};

function criteriaOf(criteria: unknown): unknown {
  if (Array.isArray(criteria)) return criteria.map(criteriaOf);
  if (typeof criteria !== 'object' || criteria === null) return criteria;
  return Object.fromEntries(
    Object.entries(criteria).map(([name, value]) => [
      name.startsWith('$') ? name : fieldOf(name),
      ['$and', '$or', '$nor'].includes(name) ? criteriaOf(value) : value,
    ]),
  );
}

function askedPage(data: unknown) {
  const { context } = read(paging, data);
  const { pagination, searchCriteria, sortCriteria } = context;
  const sort = Object.entries(sortCriteria ?? {}).map(([name, direction]) => {
    if (direction !== 1 && direction !== -1)
      throw new Refusal('INVALID_SORT', `sortCriteria: ${name} must be 1 or -1`);
    return [fieldOf(name), direction] as const;
  });
  return {
    criteria: (criteriaOf(searchCriteria ?? {}) ?? {}) as Record<string, unknown>,
    ...(sort.length > 0 ? { sort: Object.fromEntries(sort) } : {}),
    rows: Math.min(Math.max(pagination?.rowsPerPage ?? 50, 1), values.mostRows),
    page: Math.max(pagination?.pageNumber ?? 1, 1),
  };
}

const echoed = ({ echoId }: Pick<Context, 'echoId'>) => (echoId === undefined ? {} : { echoId });
const sentOf = ({ requested, actual, message_id: msgId }: Output<Spec<'messaging.send'>>) => ({
  requested,
  actual,
  msgId,
});

type What = { content: Record<string, unknown> } | { text: string };
const withContent = (data: unknown): What => ({
  content: read(z.object({ contentJson: content }), data).contentJson,
});
const withText = (data: unknown): What => ({
  text: read(z.object({ text: z.string() }), data).text,
});

const sendingOf = (what: (data: unknown) => What) =>
  operation(['messaging.send'], async (context, data) => {
    const { toProfileIds } = read(sending, data);
    return sentOf(
      await context.call('messaging.send', {
        to_ids: toProfileIds,
        ...what(data),
        ...echoed(context),
      }),
    );
  });

const systemSendingOf = (what: (data: unknown) => What) =>
  operation(['messaging.sys_send'], async (context, data) => {
    const { toProfileIds, fromJson } = read(z.object({ ...sending.shape, fromJson: from }), data);
    if (fromJson.id !== undefined && fromJson.id !== null)
      throw new Refusal('MESSAGE_FROM_INVALID', 'fromJson.id: must be null');
    if (!fromJson.name) throw new Refusal('MESSAGE_FROM_NAME_MISSING', 'fromJson.name is missing');
    const as = { name: fromJson.name, ...(fromJson.pic ? { pic: fromJson.pic } : {}) };
    const asked = { to_ids: toProfileIds, from: as, ...what(data), ...echoed(context) };
    return sentOf(await context.call('messaging.sys_send', asked));
  });

const inBoxOf = <M extends 'messaging.delete' | 'messaging.mark_read'>(method: M) =>
  operation([method], async ({ call }, data) => {
    const { msgbox, msgIds } = read(inBox, data);
    return call(method, { box: msgbox, message_ids: msgIds } as Params<Spec<M>>);
  });

/** The calls of an application’s users. */
export const messagingOperations: Operations = {
  GET_MESSAGE_BOXES: operation(['messaging.boxes'], async ({ call }) => ({
    items: await call('messaging.boxes', {}),
  })),
  GET_MESSAGE_COUNTS: operation(['messaging.counts'], ({ call }) => call('messaging.counts', {})),
  GET_MESSAGES: operation(['messaging.get'], async ({ call }, data) => {
    const input = read(z.object({ ...inBox.shape, markAsRead: z.boolean().default(false) }), data);
    const { requested, actual, items } = await call('messaging.get', {
      ...{ box: input.msgbox, message_ids: input.msgIds, mark_read: input.markAsRead ? 1 : 0 },
    });
    return { requested, actual, items: items.map(itemOf) };
  }),
  GET_MESSAGES_PAGE: operation(['messaging.page'], async ({ call }, data) =>
    pageOf(await call('messaging.page', askedPage(data))),
  ),
  GET_MESSAGES_PAGE_OFFSET: operation(['messaging.page_offset'], async ({ call }, data) => {
    const { context, pageOffset } = read(offset, data);
    return pageOf(await call('messaging.page_offset', { context, offset: pageOffset }));
  }),
  SEND_MESSAGE: sendingOf(withContent),
  SEND_MESSAGE_SIMPLE: sendingOf(withText),
  DELETE_MESSAGES: inBoxOf('messaging.delete'),
  MARK_MESSAGES_READ: inBoxOf('messaging.mark_read'),
};

/** The calls of an application’s server. */
export const systemMessagingOperations: Operations = {
  SYS_SEND_MESSAGE: systemSendingOf(withContent),
  SYS_SEND_MESSAGE_SIMPLE: systemSendingOf(withText),
  SYS_GET_MESSAGES: operation(['messaging.sys_get'], async ({ call }, data) => {
    const { msgIds } = read(z.object({ msgIds: ids }), data);
    const { requested, actual, items } = await call('messaging.sys_get', { message_ids: msgIds });
    return { requested, actual, items: items.map(sharedOf) };
  }),
  SYS_GET_MESSAGES_PAGE: operation(['messaging.sys_page'], async ({ call }, data) =>
    pageOf(await call('messaging.sys_page', askedPage(data))),
  ),
  SYS_GET_MESSAGES_PAGE_OFFSET: operation(['messaging.sys_page_offset'], async ({ call }, data) => {
    const { context, pageOffset } = read(offset, data);
    return pageOf(await call('messaging.sys_page_offset', { context, offset: pageOffset }));
  }),
  SYS_GET_MESSAGES_FOR_OWNER_PAGE: operation(['messaging.sys_page'], async ({ call }, data) => {
    const { ownerId } = read(z.object({ ownerId: z.string() }), data);
    return pageOf(await call('messaging.sys_page', { ...askedPage(data), owner_id: ownerId }));
  }),
  SYS_GET_MESSAGES_FOR_OWNER_PAGE_OFFSET: operation(
    ['messaging.sys_page_offset'],
    async ({ call }, data) => {
      const { context, pageOffset } = read(
        z.object({ ...offset.shape, ownerId: z.string() }),
        data,
      );
      return pageOf(await call('messaging.sys_page_offset', { context, offset: pageOffset }));
    },
  ),
  SYS_UPDATE_MESSAGE: operation(['messaging.sys_update'], async ({ call }, data) => {
    const input = read(
      z.object({ msgId: z.string(), msgVer: version, contentJson: content }),
      data,
    );
    const { requested, actual } = await call('messaging.sys_update', {
      ...{ message_id: input.msgId, version: input.msgVer, content: input.contentJson },
    });
    return { requested, actual, msgId: input.msgId };
  }),
  SYS_DELETE_MESSAGE: operation(['messaging.sys_delete'], async ({ call }, data) => {
    const { msgId, msgVer } = read(z.object({ msgId: z.string(), msgVer: version }), data);
    const { actual } = await call('messaging.sys_delete', {
      message_ids: [msgId],
      version: msgVer,
    });
    if (actual === 0) throw new Refusal('MESSAGE_NOT_FOUND', 'msgId: names no message');
    return {};
  }),
  SYS_DELETE_MESSAGES: operation(['messaging.sys_delete'], async ({ call }, data) => {
    const { msgIds } = read(z.object({ msgIds: ids }), data);
    return msgIds.length === 0
      ? { requested: 0, actual: 0 }
      : call('messaging.sys_delete', { message_ids: msgIds });
  }),
};
