import type { Output, Spec } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import {
  type EventPlace,
  findLogBounds,
  type LoggedEvent,
  listEventPlaces,
  listLoggedEvents,
} from '../../db/log/read.ts';
import { listEntries, type MailView } from '../../db/reading/mail/boxes.ts';
import { listHidden } from '../../db/reading/messages/hidden.ts';
import { listPosted, listViews, type MessageView } from '../../db/reading/messages/views.ts';
import {
  findMemberSettings,
  type MemberSettingsRecord,
} from '../../db/rows/identity/member-settings.ts';
import { listReactionsOf, type ReactionView } from '../../db/rows/messages/reactions.ts';
import { entityOf } from '../../db/rows/rooms/direct-key.ts';
import { presentMail, presentSharedMail } from '../present/mail.ts';
import { presentHidden, presentMessage, presentReactions } from '../present/message.ts';
import { notifies, type Occasion } from './notify.ts';

type Synced = Output<Spec<'chat.sync'>>;
type Event = Synced['events'][number];

/**
 * Returns a page of the events after `since` that the member may see, for chat.sync. The page is
 * complete up to its `seq`. As JSON it has at most 1 MiB, or one event that is larger.
 */
export async function syncPage(
  hub: Hub,
  userId: string,
  since: number,
  limit: number,
): Promise<Synced> {
  // In this order: events up to `seq` are committed before the places are read.
  const [{ seq, floor }, logged, mine, boundsAfter] = await Promise.all([
    findLogBounds(hub),
    listEventPlaces(hub, userId, since, limit + 1),
    findMemberSettings(hub, userId),
    findLogBounds(hub),
  ]);
  const missed = (first: number) => ({ events: [], seq, first, more: false, recovered: false });
  if (since < floor || since > seq) return missed(floor);
  const places = logged.filter((place) => place.seq <= seq);
  // The sizes of places keep more from being read than a page may have.
  const sizes = places.map(({ size }) => Number(size));
  const page = places.slice(0, Math.min(limit, countWithin(sizes, maxBytes)));
  const [found, bounds] =
    page.length > 0
      ? await Promise.all([readEvents(hub, mine, page), findLogBounds(hub)])
      : [[], boundsAfter];
  // Old events were deleted meanwhile: what was found may be incomplete.
  if (since < bounds.floor || found.length < page.length) return missed(bounds.floor);
  const events = found.slice(0, countWithin(found.map(bytesOf), maxBytes - envelopeBytes));
  const more = places.length > events.length;
  return {
    events,
    seq: more ? (events.at(-1)?.seq ?? seq) : seq,
    first: floor,
    more,
    recovered: true,
  };
}

/** Of a page as JSON. */
const maxBytes = 1024 * 1024;
/** What a reply has beside its events. */
const envelopeBytes = 1024;

const bytesOf = (event: Event): number => Buffer.byteLength(JSON.stringify(event)) + 1;

/** Returns how many of these sizes are within a maximum; at least one. */
function countWithin(sizes: readonly number[], max: number): number {
  let sum = 0;
  const tooMany = sizes.findIndex((size, index) => {
    sum += size;
    return index > 0 && sum > max;
  });
  return tooMany < 0 ? sizes.length : tooMany;
}

/** Returns the events at these places, in their order. */
async function readEvents(
  hub: Hub,
  mine: MemberSettingsRecord,
  places: readonly EventPlace[],
): Promise<Event[]> {
  const [messages, others] = await Promise.all([
    messageEvents(
      hub,
      mine,
      places.flatMap((place) => place.messageId ?? []),
    ),
    otherEvents(
      hub,
      mine,
      places.flatMap((place) => (place.messageId ? [] : place.seq)),
    ),
  ]);
  return [...messages, ...others].sort((a, b) => a.seq - b.seq);
}

/** A message in its current state, with its reactions. */
interface CurrentMessage {
  view: MessageView;
  reactions: readonly ReactionView[] | undefined;
}

async function listCurrent(
  hub: Hub,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, CurrentMessage>> {
  const views = await listViews(hub, userId, ids);
  const reactions = await listReactionsOf(hub, views);
  return new Map(views.map((view) => [view.id, { view, reactions: reactions.get(view.id) }]));
}

async function messageEvents(
  hub: Hub,
  mine: MemberSettingsRecord,
  ids: readonly string[],
): Promise<Event[]> {
  const views = await listPosted(hub, mine.userId, ids);
  const reactions = await listReactionsOf(hub, views);
  return views.map((view) => {
    const { authorId, mentionIds, prev, directKey } = view;
    const isDeleted = view.deletedMs !== null;
    const occasion: Occasion = {
      kind: 'message',
      authorId,
      mentionIds,
      isDirect: directKey !== null,
    };
    return {
      name: view.forwardOf === null ? 'chat.post' : 'chat.forward',
      seq: view.seq,
      hub_id: hub.id,
      room_id: view.roomId,
      entity_id: entityOf({ id: view.roomId, directKey }, mine.userId),
      actor_id: view.authorId,
      stream: view.roomId,
      prev,
      ...defined({ echoId: view.echoId ?? undefined }),
      notify: !isDeleted && notifies(occasion, mine) ? 1 : 0,
      data: isDeleted
        ? deletedData(view.id, view.roomId)
        : presentMessage(view, reactions.get(view.id)),
    };
  });
}

/** The data of events about a deleted message: never its text. */
const deletedData = (messageId: string, roomId: string | null): Event['data'] => ({
  message_id: messageId,
  room_id: roomId,
  deleted: 1,
});

async function otherEvents(
  hub: Hub,
  mine: MemberSettingsRecord,
  seqs: readonly number[],
): Promise<Event[]> {
  const rows = await listLoggedEvents(hub, seqs);
  const mailIds = rows.flatMap((row) => (isAboutMail(row) ? String(row.data.message_id) : []));
  const idsOf = (some: readonly LoggedEvent[]) => [
    ...new Set(some.flatMap((row) => row.messageId ?? [])),
  ];
  const [current, hidden, mail] = await Promise.all([
    listCurrent(hub, mine.userId, idsOf(rows)),
    listHidden(hub, mine.userId, idsOf(rows.filter(({ name }) => name === 'chat.pin'))),
    listEntries(hub, mine.userId, [...new Set(mailIds)]),
  ]);
  return rows.map((row) => {
    const { seq, roomId, directKey, actorId, stream, prev, echoId } = row;
    return {
      name: row.name as Event['name'],
      seq,
      hub_id: hub.id,
      room_id: roomId,
      entity_id: roomId
        ? entityOf({ id: roomId, directKey }, mine.userId)
        : stream === hub.id
          ? hub.id
          : mine.userId,
      actor_id: actorId,
      stream,
      prev,
      ...defined({ echoId: echoId ?? undefined }),
      notify: isNotifying(row, current, mine) ? 1 : 0,
      data: isAboutMail(row) ? mailData(row, mail) : dataOf(row, current, hidden),
    };
  });
}

/**
 * Returns whether a logged event notifies the member, by the current state of its message: a
 * mention that still exists, or a reaction to a message of theirs.
 */
function isNotifying(
  { name, data, messageId, actorId }: LoggedEvent,
  current: ReadonlyMap<string, CurrentMessage>,
  mine: MemberSettingsRecord,
): boolean {
  const { view } = current.get(messageId ?? '') ?? {};
  if (!view || view.deletedMs !== null) return false;
  const { authorId } = view;
  const {
    mention_ids: added = [],
    state,
    given,
  } = data as { mention_ids?: string[]; state?: number; given?: string[] };
  const mentionIds = added.filter((id) => view.mentionIds.includes(id));
  if (name === 'chat.edit') return notifies({ kind: 'mention', authorId, mentionIds }, mine);
  const isGiven =
    name === 'chat.react' ? state === 1 : name === 'chat.set_reactions' && (given?.length ?? 0) > 0;
  return isGiven && notifies({ kind: 'reaction', authorId, actorId }, mine);
}

/** Whether the data is a message in a box. An event for every member names its version only. */
const isAboutMail = ({ name, data }: LoggedEvent): boolean =>
  name === 'messaging.send' || (name === 'messaging.sys_update' && !('message_version' in data));

/** Returns the current state of a message in the member's boxes. */
function mailData({ name, data }: LoggedEvent, mail: readonly MailView[]): Event['data'] {
  const { message_id: id, box } = data as { message_id: string; box?: string };
  const found = mail.find((one) => one.id === id && (box === undefined || one.box === box));
  if (!found) return { message_id: id, deleted: 1 };
  return name === 'messaging.send' ? presentMail(found) : presentSharedMail(found);
}

/** Drops the cards of users that events of rooms had in earlier versions. */
const withoutCards = ({ users, ...data }: LoggedEvent['data']): Event['data'] => data;

/** Returns the logged data, completed by the current state of the message that it is about. */
function dataOf(
  { name, data, messageId, roomId }: LoggedEvent,
  current: ReadonlyMap<string, CurrentMessage>,
  hidden: ReadonlySet<string>,
): Event['data'] {
  if (messageId === null) return withoutCards(data);
  const { view, reactions } = current.get(messageId) ?? {};
  if (!view || view.deletedMs !== null) return deletedData(messageId, roomId);
  if (name === 'chat.edit') return presentMessage(view, reactions);
  if (name === 'chat.pin') {
    const isHidden = hidden.has(messageId);
    return {
      ...data,
      message: isHidden ? presentHidden(messageId) : presentMessage(view, reactions),
    };
  }
  if (name === 'chat.react' || name === 'chat.set_reactions')
    return { ...data, reactions: presentReactions(reactions) };
  return data;
}
