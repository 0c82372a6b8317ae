import type { Output, Spec } from '../../../../acl/index.ts';
import { isEchoKey } from '../../../../acl/language/fields.ts';
import { messagesToRead, openRoom, roomsToPost } from '../../../../db/access/rooms.ts';
import { Outdated } from '../../../../db/log/append.ts';
import { newId } from '../../../../db/rows/ids.ts';
import { listFileIds } from '../../../../db/rows/messages/attachments.ts';
import { digestOf, type EchoKey, listEchoes } from '../../../../db/rows/messages/echoes.ts';
import {
  listViews,
  lockMessages,
  type MessageView,
} from '../../../../db/rows/messages/messages.ts';
import { lockForPosts, type NewMessage, place } from '../../../../db/rows/messages/posts.ts';
import { write, writingOf } from '../../../actions/write-messages.ts';
import type { Call } from '../../../core/call.ts';
import { toSeconds } from '../../../present/message.ts';

type Forward = Spec<'chat.forward'>;
type Row = Output<Forward>[number];

const mostCopies = 1000;

/** One copy: of a message, into a room. */
interface Copy {
  entityId: string;
  roomId: string;
  sourceId: string;
  echo: { key: EchoKey; digest: string } | undefined;
}

export async function forward(call: Call<Forward>): Promise<Row[]> {
  const { hub, user, input, fail, now } = call;
  const entityIds = [...new Set(input.entities)];
  const sourceIds = [...new Set(input.nodes.messages)];
  if (entityIds.length * sourceIds.length > mostCopies)
    fail('INVALID_INPUT', `entities: more than ${mostCopies} copies in one call`);
  const conversations = await roomsToPost(call, entityIds, 'INVALID_RECIPIENT', 'entities');
  const rooms = new Map<string, string>();
  for (const { entityId, room } of conversations) if (room) rooms.set(entityId, room.id);
  const made = await madeBefore(call, copiesTo(call, entityIds, sourceIds, rooms));

  const isMade = (entityId: string, sourceId: string) => made.has(`${entityId} ${sourceId}`);
  const wanted = sourceIds.filter((sourceId) =>
    entityIds.some((entityId) => !isMade(entityId, sourceId)),
  );
  const sources = new Map(
    (await messagesToRead(call, wanted, 'INVALID_MESSAGES')).map((view) => [view.id, view]),
  );
  if (
    conversations.some(
      ({ room, entityId }) => room?.archived && sourceIds.some((id) => !isMade(entityId, id)),
    )
  ) {
    fail('ROOM_ARCHIVED', 'entities: one of the rooms is archived for all');
  }
  for (const conversation of conversations)
    rooms.set(conversation.entityId, await openRoom(hub, user.id, conversation, now));
  const copies = copiesTo(call, entityIds, sourceIds, rooms).filter(
    (copy) => !isMade(copy.entityId, copy.sourceId),
  );
  const rows = new Map([...made, ...(await copy(call, copies, sources))]);
  return entityIds.flatMap((entityId) =>
    sourceIds.flatMap((sourceId) => rows.get(`${entityId} ${sourceId}`) ?? []),
  );
}

async function copy(
  call: Call<Forward>,
  wanted: readonly Copy[],
  from: ReadonlyMap<string, MessageView>,
): Promise<[string, Row][]> {
  const { hub, user, emit, now } = call;
  if (wanted.length === 0) return [];
  const files = await listFileIds(hub, [...from.keys()]);
  const {
    rooms: locked,
    isUsed,
    quietIn,
  } = await lockForPosts(
    hub,
    wanted.map(({ roomId, echo }) => ({ roomId, authorId: user.id, echo, threadId: null })),
    [...from.values()].map((source) => source.roomId),
  );
  const isTaken = wanted.some(({ echo }) => echo && isUsed(echo.key));
  const isChanged = (await lockMessages(hub, [...from.keys()])).some(
    ({ id, roomId, ordinal, version, deletedMs }) =>
      deletedMs !== null ||
      version !== from.get(id)?.version ||
      ordinal <= (locked.get(roomId)?.expiredAt ?? 0),
  );
  if (isTaken || isChanged) throw new Outdated();
  const writings = wanted.map((one) => {
    const source = from.get(one.sourceId);
    const room = locked.get(one.roomId);
    if (!source || !room || room.archived) throw new Outdated();
    const message = place(room, messageOf(call, one, source, files.get(source.id) ?? []), now);
    return { one, ...writingOf(room, message, user, null) };
  });
  const written = await write(hub, writings, quietIn, (events, purges) =>
    emit(...events.map((event) => ({ ...event, name: 'chat.forward' as const })), ...purges),
  );
  return written.map(({ one, view }) => [
    `${one.entityId} ${one.sourceId}`,
    present(call, one.entityId, view),
  ]);
}

function copiesTo(
  { user, input }: Call<Forward>,
  entityIds: readonly string[],
  sourceIds: readonly string[],
  rooms: ReadonlyMap<string, string>,
): Copy[] {
  return entityIds.flatMap((entityId) => {
    const roomId = rooms.get(entityId);
    if (!roomId) return [];
    return sourceIds.map((sourceId): Copy => {
      // A newline is in no echoId, so that no post of the client's own can have this key.
      const key = isEchoKey(input.echoId)
        ? { authorId: user.id, roomId, key: `${input.echoId}\n${sourceId}` }
        : undefined;
      return {
        entityId,
        roomId,
        sourceId,
        echo: key && { key, digest: digestOf('forward', sourceId) },
      };
    });
  });
}

/** Copies that an earlier call with the same key made. */
async function madeBefore(call: Call<Forward>, copies: readonly Copy[]): Promise<Map<string, Row>> {
  const echoes = await listEchoes(
    call.hub,
    copies.flatMap((copy) => copy.echo?.key ?? []),
  );
  const byKey = new Map(echoes.map((echo) => [`${echo.roomId} ${echo.key}`, echo.madeId]));
  const views = new Map(
    (await listViews(call.hub, [...byKey.values()])).map((view) => [view.id, view]),
  );
  const rows = new Map<string, Row>();
  for (const { entityId, sourceId, roomId, echo } of copies) {
    const view = echo && views.get(byKey.get(`${roomId} ${echo.key.key}`) ?? '');
    if (view) rows.set(`${entityId} ${sourceId}`, present(call, entityId, view));
  }
  return rows;
}

const messageOf = (
  { user, input }: Call<Forward>,
  { roomId, echo }: Copy,
  source: MessageView,
  attachmentIds: string[],
): NewMessage => ({
  id: newId(),
  roomId,
  authorId: user.id,
  body: source.body,
  threadId: null,
  rootId: null,
  forwardOf: source.id,
  content: source.content,
  sender: null,
  mentionIds: [],
  attachmentIds,
  echoId: input.echoId,
  echo,
});

const present = ({ input }: Call<Forward>, entityId: string, view: MessageView): Row => ({
  message_id: view.id,
  entity_id: entityId,
  room_id: view.roomId,
  forward_message_id: view.forwardOf ?? '',
  author_id: view.authorId,
  is_attachment: view.attachmentCount > 0 ? 1 : 0,
  is_forward: 1,
  seq: view.seq,
  ctime: toSeconds(view.createdMs),
  ...(input.echoId === undefined ? {} : { echoId: input.echoId }),
});
