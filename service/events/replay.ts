import type { Output, Spec } from '../../acl/index.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import {
  type EventPlace,
  findLogBounds,
  type LoggedEvent,
  listEventPlaces,
  listLoggedEvents,
  listMessagePrevs,
} from '../../db/log/read.ts';
import { listEntries, type MailView } from '../../db/reading/mail/boxes.ts';
import { listViews, type MessageView } from '../../db/reading/messages/views.ts';
import {
  findMemberSettings,
  type MemberSettingsRecord,
} from '../../db/rows/identity/member-settings.ts';
import { listReactionsOf, type ReactionView } from '../../db/rows/messages/reactions.ts';
import { entityOf } from '../../db/rows/rooms/direct-key.ts';
import { presentMail, presentSharedMail } from '../present/mail.ts';
import { presentMessage, presentReactions } from '../present/message.ts';
import { isAlerting, type News } from './notify.ts';

type Synced = Output<Spec<'chat.sync'>>;
type Event = Synced['events'][number];

/** A page of what the member may see after `since`. Everything up to the answered `seq` is in it. */
export async function syncPage(
  hub: Hub,
  userId: string,
  since: number,
  limit: number,
): Promise<Synced> {
  // Read first: whoever took a number up to this one has committed.
  const { seq, floor } = await findLogBounds(hub);
  if (since < floor || since > seq)
    return { events: [], seq, first: floor, more: false, recovered: false };
  const [places, mine] = await Promise.all([
    listEventPlaces(hub, userId, since, seq, limit + 1),
    findMemberSettings(hub, userId),
  ]);
  const page = places.slice(0, Math.min(limit, fitting(places)));
  const more = places.length > page.length;
  const [messages, others, bounds] = await Promise.all([
    messageEvents(
      hub,
      mine,
      page.flatMap((place) => place.messageId ?? []),
    ),
    otherEvents(
      hub,
      mine,
      page.flatMap((place) => (place.messageId ? [] : place.seq)),
    ),
    findLogBounds(hub),
  ]);
  const events = [...messages, ...others].sort((a, b) => a.seq - b.seq);
  // The log's beginning was forgotten while it was read: what is there may be a part only.
  if (since < bounds.floor || events.length < page.length)
    return { events: [], seq, first: bounds.floor, more: false, recovered: false };
  return {
    events,
    seq: more ? (events.at(-1)?.seq ?? seq) : seq,
    first: floor,
    more,
    recovered: true,
  };
}

const mostBytes = 1024 * 1024;

/** How many of them make a page that is not too large; at least one. */
function fitting(places: readonly EventPlace[]): number {
  let bytes = 0;
  const tooMany = places.findIndex(({ size }, index) => {
    bytes += size;
    return index > 0 && bytes > mostBytes;
  });
  return tooMany < 0 ? places.length : tooMany;
}

/** A message as it stands, with its reactions. */
interface Standing {
  view: MessageView;
  reactions: readonly ReactionView[] | undefined;
}

async function listStanding(hub: Hub, ids: readonly string[]): Promise<Map<string, Standing>> {
  const views = await listViews(hub, ids);
  const reactions = await listReactionsOf(hub, views);
  return new Map(views.map((view) => [view.id, { view, reactions: reactions.get(view.id) }]));
}

async function messageEvents(
  hub: Hub,
  mine: MemberSettingsRecord,
  ids: readonly string[],
): Promise<Event[]> {
  const [standing, prevs] = await Promise.all([listStanding(hub, ids), listMessagePrevs(hub, ids)]);
  return [...standing.values()].map(({ view, reactions }) => {
    const { prev = 0, directKey = null } = prevs.get(view.id) ?? {};
    const { authorId, mentionIds } = view;
    const isGone = view.deletedMs !== null;
    const news: News = { kind: 'message', authorId, mentionIds, isDirect: directKey !== null };
    return {
      name: view.forwardOf === null ? 'chat.post' : 'chat.forward',
      seq: view.seq,
      hub_id: hub.id,
      room_id: view.roomId,
      entity_id: entityOf({ id: view.roomId, directKey }, mine.userId),
      actor_id: view.authorId,
      stream: view.roomId,
      prev,
      ...(view.echoId === null ? {} : { echoId: view.echoId }),
      notify: !isGone && isAlerting(news, mine) ? 1 : 0,
      data: isGone ? gone(view.id, view.roomId) : presentMessage(view, reactions),
    };
  });
}

/** Of a deleted message never its text. */
const gone = (messageId: string, roomId: string | null): Event['data'] => ({
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
  const [standing, mail] = await Promise.all([
    listStanding(hub, [...new Set(rows.flatMap((row) => row.messageId ?? []))]),
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
      ...(echoId === null ? {} : { echoId }),
      notify: isNews(row, standing, mine) ? 1 : 0,
      data: isAboutMail(row) ? mailData(row, mail) : dataOf(row, standing),
    };
  });
}

/** Whether a logged event would alert the member now: a mention that still stands, a reaction to what he wrote. */
function isNews(
  { name, data, messageId, actorId }: LoggedEvent,
  standing: ReadonlyMap<string, Standing>,
  mine: MemberSettingsRecord,
): boolean {
  const { view } = standing.get(messageId ?? '') ?? {};
  if (!view || view.deletedMs !== null) return false;
  const { authorId } = view;
  const {
    mention_ids: added = [],
    state,
    given,
  } = data as { mention_ids?: string[]; state?: number; given?: string[] };
  const mentionIds = added.filter((id) => view.mentionIds.includes(id));
  if (name === 'chat.edit') return isAlerting({ kind: 'mention', authorId, mentionIds }, mine);
  const isGiven =
    name === 'chat.react' ? state === 1 : name === 'chat.set_reactions' && (given?.length ?? 0) > 0;
  return isGiven && isAlerting({ kind: 'reaction', authorId, actorId }, mine);
}

/** What was told to everybody says nothing that must be looked up. */
const isAboutMail = ({ name, data }: LoggedEvent): boolean =>
  name === 'messaging.send' || (name === 'messaging.sys_update' && !('message_version' in data));

/** A message in the member's boxes as it lies there now. */
function mailData({ name, data }: LoggedEvent, mail: readonly MailView[]): Event['data'] {
  const { message_id: id, box } = data as { message_id: string; box?: string };
  const found = mail.find((one) => one.id === id && (box === undefined || one.box === box));
  if (!found) return { message_id: id, deleted: 1 };
  return name === 'messaging.send' ? presentMail(found) : presentSharedMail(found);
}

/** What was logged, and of the message that it is about how that stands now. */
function dataOf(
  { name, data, messageId, roomId }: LoggedEvent,
  standing: ReadonlyMap<string, Standing>,
): Event['data'] {
  if (messageId === null) return data;
  const { view, reactions } = standing.get(messageId) ?? {};
  if (!view || view.deletedMs !== null) return gone(messageId, roomId);
  if (name === 'chat.edit') return presentMessage(view, reactions);
  if (name === 'chat.pin') return { ...data, message: presentMessage(view, reactions) };
  if (name === 'chat.react' || name === 'chat.set_reactions')
    return { ...data, reactions: presentReactions(reactions) };
  return data;
}
