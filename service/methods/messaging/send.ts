import pLimit from 'p-limit';
import type { Output, Spec } from '../../../acl/index.ts';
import type { Content } from '../../../acl/language/fields.ts';
import { isEchoKey } from '../../../acl/language/fields.ts';
import {
  entriesOfMine,
  entriesToChange,
  mailToChange,
  recipientsOf,
} from '../../../db/access/mail.ts';
import { findPicture } from '../../../db/rows/identity/users.ts';
import { newId } from '../../../db/rows/ids.ts';
import { BadCriteria } from '../../../db/rows/mail/criteria.ts';
import {
  countBoxes,
  deleteEntries,
  listMail,
  listMailOwners,
  listMailPage,
  type MailFilter,
  type MailRecord,
  markEntries,
  queueEntries,
  queueMail,
  queueMailContent,
  queueMailRemoval,
} from '../../../db/rows/mail/mail.ts';
import { digestOf, insertEcho, listEchoes } from '../../../db/rows/messages/echoes.ts';
import type { Call, Handlers } from '../../core/call.ts';
import { presentCard, presentMail, presentSharedMail } from '../../present/message.ts';

type Sending = Call<Spec<'messaging.send'>> | Call<Spec<'messaging.sys_send'>>;
type Paging = Call<Spec<'messaging.page'>> | Call<Spec<'messaging.sys_page'>>;
type Turning = Call<Spec<'messaging.page_offset'>> | Call<Spec<'messaging.sys_page_offset'>>;
type Sent = Output<Spec<'messaging.send'>>;

const mostBytes = 64 * 1024;
/** As acl/messaging.ts takes it back. */
const longestContext = 10_000;
/** The database looks no deeper into JSON than 32 levels, and finds nothing at all in what goes deeper. */
const deepest = 30;

export const messaging: Handlers<'messaging'> = {
  boxes: async () => ['inbox', 'sent'],

  async counts({ hub, user }) {
    const { inbox, unread, sent } = await countBoxes(hub, user.id);
    return { inbox: { total: inbox, unread }, sent: { total: sent, unread: 0 } };
  },

  async get(call) {
    const { input, fail } = call;
    const entries = await entriesOfMine(call, input.box, input.message_ids);
    if (entries.length === 0 && input.message_ids.length > 0)
      fail('MESSAGE_NOT_FOUND', 'message_ids: names no message in this box');
    if (input.mark_read === 1) await markRead(call);
    return {
      requested: input.message_ids.length,
      actual: entries.length,
      items: entries.map(presentMail),
    };
  },

  page: (call) => answerPage(call, { ...call.input, ownerId: call.user.id }, 'own'),
  page_offset: (call) => turnPage(call, 'own'),

  async send(call) {
    const { hub, user, input, limits, fail } = call;
    const most = limits.recipients;
    const wanted = [...new Set(input.to_ids)];
    if (most > 0 && wanted.length > most) fail('RECIPIENT_LIMIT', `to_ids: more than ${most}`);
    const fromPic = await findPicture(hub, user.id);
    const from = { fromId: user.id, fromName: presentCard(user).surname, fromPic };
    return send(call, wanted, contentOf(call), from);
  },

  async mark_read(call) {
    const actual = await markRead(call);
    return { requested: call.input.message_ids.length, actual };
  },

  async delete(call) {
    const { hub, user, input, emit } = call;
    const entries = await entriesToChange(call, input.box, input.message_ids);
    const ids = entries.map((entry) => entry.id);
    if (ids.length > 0) {
      await deleteEntries(hub, user.id, input.box, ids);
      const data = { box: input.box, message_ids: ids };
      await emit({ name: 'messaging.delete', targets: [user.id], data });
    }
    return { requested: input.message_ids.length, actual: ids.length };
  },

  sys_send: (call) =>
    send(call, [...new Set(call.input.to_ids)], contentOf(call), ofSystem(call.input.from)),

  async sys_send_bulk(call) {
    const { hub, input, now } = call;
    const content = contentOf(call);
    const id = newId();
    const echo = await echoOf(call, id, content);
    if (echo) return { message_id: echo, ...echoed(input) };
    const sent = { toIds: null, content, sentMs: now, createdMs: now, updatedMs: now };
    queueMail(hub, {
      id,
      ...ofSystem(input.from),
      ...sent,
      version: 1,
      bulkAfter: '',
      bulkSent: 0,
    });
    return { message_id: id, ...echoed(input) };
  },

  async sys_bulk({ hub, input, fail }) {
    const [found] = await listMail(hub, [input.message_id]);
    if (!found || found.toIds !== null)
      return fail('MESSAGE_NOT_FOUND', 'message_id: names no message to everybody');
    return {
      message_id: found.id,
      sent: found.bulkSent,
      is_done: found.bulkAfter === null ? 1 : 0,
    };
  },

  async sys_get({ hub, input }) {
    const found = new Map((await listMail(hub, input.message_ids)).map((one) => [one.id, one]));
    const items = input.message_ids.flatMap((id) => found.get(id) ?? []).map(presentSharedMail);
    return { requested: input.message_ids.length, actual: items.length, items };
  },

  sys_page: (call) => answerPage(call, { ...call.input, ownerId: call.input.owner_id }, 'sys'),
  sys_page_offset: (call) => turnPage(call, 'sys'),

  async sys_update(call) {
    const { hub, input, emit, now } = call;
    const content = contentOf(call);
    const [found] = await mailToChange(call, [input.message_id], input.version);
    const reply = { requested: 1, actual: found ? 1 : 0, message_id: input.message_id };
    if (!found || JSON.stringify(content) === JSON.stringify(found.content)) return reply;
    const to = { content, version: found.version + 1, updatedMs: now };
    const changed = { message_id: found.id, message_version: to.version };
    const isForAll = found.toIds === null;
    const told = {
      ...{
        name: 'messaging.sys_update' as const,
        logged: isForAll ? changed : { message_id: found.id },
      },
      data: isForAll ? changed : presentSharedMail({ ...found, ...to }),
    };
    await emit(...(await audience(call, found)).map((whom) => ({ ...told, ...whom })));
    queueMailContent(hub, found.id, to);
    return reply;
  },

  async sys_delete(call) {
    const { hub, input, emit } = call;
    const ids = [...new Set(input.message_ids)];
    const found = await mailToChange(call, ids, input.version);
    const told = await Promise.all(
      found.map(async (one) => {
        const event = {
          name: 'messaging.sys_delete' as const,
          data: { message_id: one.id, deleted: 1 as const },
        };
        return (await audience(call, one)).map((whom) => ({ ...event, ...whom }));
      }),
    );
    await emit(...told.flat());
    const gone = found.map((one) => one.id);
    if (gone.length > 0) queueMailRemoval(hub, gone);
    return { requested: input.message_ids.length, actual: found.length };
  },
};

const ofSystem = ({ name, pic }: { name: string; pic?: string | undefined }) => ({
  ...{ fromId: null, fromName: name, fromPic: pic ?? null },
});

const echoed = ({ echoId }: { echoId?: string | undefined }) =>
  echoId === undefined ? {} : { echoId };

/** Whoever has it: everybody of a message to everybody, else each of its owners. */
async function audience({ hub }: Pick<Sending, 'hub'>, { id, toIds }: MailRecord) {
  if (toIds === null) return [{ everyone: true as const }];
  return (await listMailOwners(hub, id)).map((ownerId) => ({ targets: [ownerId] }));
}

interface WithContent {
  input: { content?: Content | undefined; text?: string | undefined };
  fail(code: 'INVALID_INPUT' | 'TOO_LARGE', ...details: string[]): never;
}

/** An object, or text that becomes one. */
function contentOf({ input, fail }: WithContent): Content {
  const { content, text } = input;
  if ((content === undefined) === (text === undefined))
    fail('INVALID_INPUT', 'content: either this or text is needed');
  const given = content ?? { text };
  if (Buffer.byteLength(JSON.stringify(given)) > mostBytes)
    fail('TOO_LARGE', `content: more than ${mostBytes} bytes`);
  if (!isSearchable(given))
    fail('INVALID_INPUT', `content: deeper than ${deepest}, or not well-formed Unicode`);
  return given;
}

/** Criteria can find it: it is not too deep, and well-formed all through. */
function isSearchable(value: unknown, depth = 1): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return (
    depth <= deepest &&
    Object.entries(value).every(([key, one]) => key.isWellFormed() && isSearchable(one, depth + 1))
  );
}

/** What was made before under the same echoId; else notes that this is made under it. */
async function echoOf(
  call: Sending | Call<Spec<'messaging.sys_send_bulk'>>,
  id: string,
  content: Content,
): Promise<string | undefined> {
  const { hub, user, input, fail } = call;
  if (!isEchoKey(input.echoId)) return undefined;
  // A newline is in no echoId, so that nothing else of the client's own can have this key.
  const key = { authorId: user.id, roomId: '', key: `${input.echoId}\nmail` };
  const asked = digestOf(
    ...[content, 'to_ids' in input ? [...new Set(input.to_ids)].sort() : 'everybody'],
    ...('from' in input ? [input.from] : []),
  );
  const [echo] = await listEchoes(hub, [key]);
  if (echo && echo.digest !== asked)
    fail('ECHO_ID_CONFLICT', 'echoId: was used for another message');
  // Two calls with one key at once: the second waits here for the first, fails, and is answered as a replay when done anew.
  if (!echo) await insertEcho(hub, { ...key, digest: asked, madeId: id });
  return echo?.madeId;
}

async function send(
  call: Sending,
  wanted: readonly string[],
  content: Content,
  from: Pick<MailRecord, 'fromId' | 'fromName' | 'fromPic'>,
): Promise<Sent> {
  const { hub, input, emit, now } = call;
  const id = newId();
  const asked = { requested: wanted.length, ...echoed(input) };
  // A replay answers what was done then, whoever may be sent to now.
  const made = await echoOf(call, id, content);
  if (made) {
    const [sent] = await listMail(hub, [made]);
    return { ...asked, actual: sent?.toIds?.length ?? wanted.length, message_id: made };
  }
  const recipients = await recipientsOf(call, wanted);
  const reply = { ...asked, actual: recipients.length, message_id: id };
  const mail: Omit<MailRecord, 'hubId'> = {
    ...{ id, ...from, toIds: recipients, content, version: 1 },
    ...{ sentMs: now, createdMs: now, updatedMs: now, bulkAfter: null, bulkSent: 0 },
  };
  const owners = [
    ...(from.fromId === null ? [] : [{ ownerId: from.fromId, box: 'sent' as const }]),
    ...recipients.map((ownerId) => ({ ownerId, box: 'inbox' as const })),
  ];
  await emit(
    ...owners.map(({ ownerId, box }) => ({
      name: 'messaging.send' as const,
      targets: [ownerId],
      data: presentMail({ ...mail, hubId: hub.id, ...entryOf(ownerId, box, now) }),
      logged: { message_id: id, box },
    })),
  );
  queueMail(hub, mail);
  queueEntries(hub, id, owners, now);
  return reply;
}

/** A new entry. */
export const entryOf = (ownerId: string, box: 'inbox' | 'sent', now: number) => ({
  ...{ ownerId, box, isRead: false, entryVersion: 1, entryCreatedMs: now, entryUpdatedMs: now },
});

/** Marks what is there and unread; answers how many are there. What one has sent is never unread. */
async function markRead(
  call: Call<Spec<'messaging.get'>> | Call<Spec<'messaging.mark_read'>>,
): Promise<number> {
  const { hub, user, input, emit, now } = call;
  const entries = await entriesToChange(call, input.box, input.message_ids);
  const ids = entries.flatMap((entry) => (entry.isRead || input.box === 'sent' ? [] : entry.id));
  if (ids.length > 0) {
    await markEntries(hub, user.id, input.box, ids, now);
    await emit({
      name: 'messaging.mark_read',
      targets: [user.id],
      data: { box: input.box, message_ids: ids },
    });
  }
  return entries.length;
}

/** Criteria may cost much: who asks for too much waits, and takes no connection from the others. */
const searchesAtOnce = pLimit(4);

type Whose = 'own' | 'sys';

async function answerPage(
  { hub, user, seal, fail }: Paging | Turning,
  filter: MailFilter,
  whose: Whose,
) {
  const { criteria, sort, rows, page, ownerId } = filter;
  // A page that is turned to has been answered once: it meets no bad criteria.
  const refuse = (why: string) =>
    (fail as Call<Spec<'messaging.page'>>['fail'])('INVALID_CRITERIA', why);
  const context = seal.seal({
    whose,
    hub: hub.id,
    user: user.id,
    ownerId,
    criteria,
    sort,
    rows,
    page,
  });
  if (context.length > longestContext) refuse('criteria: too long');
  const { items, count } = await searchesAtOnce(() => listMailPage(hub, filter)).catch(
    (error: unknown) => {
      if (error instanceof BadCriteria) return refuse(error.message);
      throw error;
    },
  );
  return {
    context,
    ...{ count, page, items: items.map(presentMail) },
    ...{ more_before: page > 1, more_after: page * rows < count },
  };
}

/** The page beside the one that a context tells of: only for whom it was given. */
async function turnPage(call: Turning, whose: Whose) {
  const { hub, user, input, seal, fail } = call;
  const opened = seal.open(input.context) as
    | (MailFilter & { whose: Whose; hub: string; user: string })
    | undefined;
  if (
    !opened ||
    opened.whose !== whose ||
    opened.hub !== hub.id ||
    (whose === 'own' && opened.user !== user.id)
  )
    return fail('INVALID_CONTEXT', 'context: none that was answered to you here');
  const { criteria, sort, rows, ownerId } = opened;
  const page = Math.max(opened.page + input.offset, 1);
  return answerPage(
    call,
    { criteria, sort, rows, page, ownerId: whose === 'own' ? user.id : ownerId },
    whose,
  );
}
