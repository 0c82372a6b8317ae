import type { Output, Spec } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import { listEventPlaces } from '../../db/log/missed.ts';
import type { EventPlace } from '../../db/log/places.ts';
import { findLogBounds, type LoggedEvent, listLoggedEvents } from '../../db/log/read.ts';
import { type Choice, listChoices, type Preferences } from '../../db/reading/identity/quiet.ts';
import { listEntries, type MailView } from '../../db/reading/mail/boxes.ts';
import { listHidden } from '../../db/reading/messages/hidden.ts';
import {
  listPosted,
  listViews,
  type MessageView,
  type PostedView,
} from '../../db/reading/messages/views.ts';
import { findMemberSettings } from '../../db/rows/identity/member-settings.ts';
import { listReactions, type ReactionView } from '../../db/rows/messages/reactions.ts';
import { entityOf } from '../../db/rows/rooms/direct-key.ts';
import { presentMail, presentSharedMail } from '../present/mail.ts';
import { presentHidden, presentMessage, presentReactions } from '../present/message.ts';
import { notifies, type Occasion } from './notify.ts';

type Synced = Output<Spec<'chat.sync'>>;
type Event = Synced['events'][number];

/** What a page of events is read by. */
export interface PageQuery {
  userId: string;
  since: number;
  limit: number;
  /** Unix milliseconds. */
  now: number;
  /** Throws if nobody waits for the page any more. */
  continues?: () => void;
}

/**
 * Returns a page of the events after `since` that the member may see, for chat.sync. The page is
 * complete up to its `seq`. As JSON it has at most 1 MiB, or one event that is larger.
 */
export async function syncPage(hub: Hub, query: PageQuery): Promise<Synced> {
  const { userId, since, limit, continues = () => {} } = query;
  const [{ seq, floor, places }, boundsAfter] = await Promise.all([
    listEventPlaces(hub, { userId, since, limit: limit + 1, continues }),
    findLogBounds(hub),
  ]);
  const missed = (first: number) => ({ events: [], seq, first, more: false, recovered: false });
  if (since < floor || since > seq) return missed(floor);
  // The sizes of places keep more from being read than a page may have.
  const sizes = places.map(({ size }) => Number(size));
  const page = places.slice(0, Math.min(limit, countWithin(sizes, maxBytes)));
  const [found, bounds] =
    page.length > 0
      ? await Promise.all([readEvents(hub, query, page), findLogBounds(hub)])
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

/** Returns the events at these places, in their order. Takes one round trip. */
async function readEvents(
  hub: Hub,
  { userId, now }: PageQuery,
  places: readonly EventPlace[],
): Promise<Event[]> {
  const isMessage = ({ name }: EventPlace): boolean => name === null;
  const others = places.filter((place) => !isMessage(place));
  const messageIds = idsOf(places.filter(isMessage));
  const aboutIds = idsOf(others);
  const reacted = places.filter(({ reactionCount }) => (reactionCount ?? 0) > 0);
  const roomIds = [...new Set(places.flatMap(({ roomId }) => roomId ?? []))];
  const [settings, choices, posted, rows, views, reactions, hidden, mail] = await Promise.all([
    findMemberSettings(hub, userId, now),
    listChoices(hub, userId, roomIds, now),
    listPosted(hub, userId, messageIds),
    listLoggedEvents(
      hub,
      others.map(({ seq }) => seq),
    ),
    listViews(hub, userId, aboutIds),
    listReactions(hub, [...new Set([...idsOf(reacted), ...aboutIds])]),
    listHidden(hub, userId, idsOf(others.filter(({ name }) => name === 'chat.pin'))),
    listEntries(hub, userId, [...new Set(others.flatMap((place) => place.mailId ?? []))]),
  ]);
  const messages = new Map(views.map((view) => [view.id, view]));
  const current: Current = { messages, reactions, hidden, mail };
  const mineIn = (roomId: string | null): Preferences => ({
    ...settings,
    ...(choices.get(roomId ?? '') ?? noChoice),
  });
  const events = [
    ...posted.map((view) => messageEvent(hub, mineIn(view.roomId), view, reactions.get(view.id))),
    ...rows.map((row) => otherEvent(hub, mineIn(row.roomId), row, current)),
  ];
  return events.sort((a, b) => a.seq - b.seq);
}

const noChoice: Choice = { notifyLevel: null, notifyUntilMs: null };

/** The ids of the messages that events are, or are about. */
const idsOf = (places: readonly EventPlace[]): string[] => [
  ...new Set(places.flatMap(({ messageId }) => messageId ?? [])),
];

type Reactions = readonly ReactionView[] | undefined;

/** The current state of what events are about. */
interface Current {
  messages: ReadonlyMap<string, MessageView>;
  reactions: ReadonlyMap<string, Reactions>;
  /** The pinned messages that the member hid. */
  hidden: ReadonlySet<string>;
  /** The messages in the member's boxes. */
  mail: readonly MailView[];
}

function messageEvent(hub: Hub, mine: Preferences, view: PostedView, reactions: Reactions): Event {
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
    data: isDeleted ? deletedData(view.id, view.roomId) : presentMessage(view, reactions),
  };
}

/** The data of events about a deleted message: never its text. */
const deletedData = (messageId: string, roomId: string | null): Event['data'] => ({
  message_id: messageId,
  room_id: roomId,
  deleted: 1,
});

function otherEvent(hub: Hub, mine: Preferences, row: LoggedEvent, current: Current): Event {
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
    data: isAboutMail(row) ? mailData(row, current) : dataOf(row, current),
  };
}

/**
 * Returns whether a logged event notifies the member, by the current state of its message: a
 * mention that still exists, or a reaction to a message of theirs.
 */
function isNotifying(
  { name, data, messageId, actorId }: LoggedEvent,
  { messages }: Current,
  mine: Preferences,
): boolean {
  const view = messages.get(messageId ?? '');
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
function mailData({ name, data }: LoggedEvent, { mail }: Current): Event['data'] {
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
  { messages, reactions, hidden }: Current,
): Event['data'] {
  if (messageId === null) return withoutCards(data);
  const view = messages.get(messageId);
  if (!view || view.deletedMs !== null) return deletedData(messageId, roomId);
  const given = reactions.get(messageId);
  if (name === 'chat.edit') return presentMessage(view, given);
  if (name === 'chat.pin') {
    const isHidden = hidden.has(messageId);
    return { ...data, message: isHidden ? presentHidden(messageId) : presentMessage(view, given) };
  }
  if (name === 'chat.react' || name === 'chat.set_reactions')
    return { ...data, reactions: presentReactions(given) };
  return data;
}
