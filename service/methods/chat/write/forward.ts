import type { Output, Spec } from '../../../../acl/index.ts';
import { isEchoKey } from '../../../../acl/language/fields.ts';
import { maxForwardedBytes, maxForwardedCopies } from '../../../../acl/language/limits.ts';
import { messagesSeen, pickMessages } from '../../../../db/access/messages.ts';
import { openRoom, roomsToPost } from '../../../../db/access/rooms.ts';
import { listEchoesIn } from '../../../../db/reading/messages/echoes.ts';
import { listViews, type MessageView } from '../../../../db/reading/messages/views.ts';
import { digestOf, type Echo } from '../../../../db/rows/messages/echoes.ts';
import type { Call, Handler } from '../../../core/call.ts';
import { createLinks } from '../../../secrets/file-links.ts';
import { type Copy, copyMessages, pairOf, presentCopy } from './copy-messages.ts';

type Forward = Spec<'chat.forward'>;
type Row = Output<Forward>[number];

export const forward: Handler<Forward> = async (call) => {
  const { hub, user, input, fail, now } = call;
  const entityIds = [...new Set(input.entities)];
  const sourceIds = [...new Set(input.nodes.messages)];
  if (entityIds.length * sourceIds.length > maxForwardedCopies)
    fail('TOO_LARGE', `entities: at most ${maxForwardedCopies} copies in one call`);
  const echoKeys = sourceIds.flatMap((sourceId) => echoKeyOf(call, sourceId) ?? []);
  const [conversations, seen, echoes] = await Promise.all([
    roomsToPost(call, entityIds, 'INVALID_RECIPIENT', 'entities'),
    messagesSeen(call, sourceIds),
    listEchoesIn(hub, user.id, entityIds, echoKeys),
  ]);
  const roomIds = new Map<string, string>();
  for (const { entityId, room } of conversations) if (room) roomIds.set(entityId, room.id);
  const all = copiesInto(call, entityIds, sourceIds, roomIds);
  const made = await findEarlierCopies(call, all, echoes);
  const isMade = (entityId: string, sourceId: string) => made.has(pairOf({ entityId, sourceId }));

  // A replay needs the right to read only what it still has to copy.
  const missing = sourceIds.filter((sourceId) => !entityIds.every((id) => isMade(id, sourceId)));
  const sources = pickMessages(call, seen, missing, 'INVALID_MESSAGES');
  await checkText(call, sources, (sourceId) => entityIds.filter((id) => !isMade(id, sourceId)));
  const isArchived = conversations.some(
    ({ room, entityId }) => room?.archived && !sourceIds.every((id) => isMade(entityId, id)),
  );
  if (isArchived) fail('ROOM_ARCHIVED', 'entities: one of the rooms is archived for everyone');
  for (const conversation of conversations)
    roomIds.set(conversation.entityId, await openRoom(hub, user.id, conversation, now));
  const copies = copiesInto(call, entityIds, sourceIds, roomIds).filter(
    ({ entityId, sourceId }) => !isMade(entityId, sourceId),
  );
  const rows = new Map([...made, ...(await copyMessages(call, copies, sources))]);
  return entityIds.flatMap((entityId) =>
    sourceIds.flatMap((sourceId) => rows.get(pairOf({ entityId, sourceId })) ?? []),
  );
};

/** Refuses copies of too much text, and counts what they cost. */
async function checkText(
  { fail, bill }: Call<Forward>,
  sources: readonly MessageView[],
  targetsOf: (sourceId: string) => readonly string[],
): Promise<void> {
  const sizes = sources.map((source) => textBytesOf(source) * targetsOf(source.id).length);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > maxForwardedBytes)
    fail(
      'TOO_LARGE',
      `messages: their copies would have ${bytes} bytes of text, of at most ${maxForwardedBytes}`,
    );
  await bill.text(bytes);
}

const textBytesOf = ({ body, content }: MessageView): number =>
  Buffer.byteLength(body) + (content === null ? 0 : Buffer.byteLength(JSON.stringify(content)));

/** No echoId contains a newline, so no chat.post of this author can have the same key. */
const echoKeyOf = ({ input }: Call<Forward>, sourceId: string): string | undefined =>
  isEchoKey(input.echoId) ? `${input.echoId}\n${sourceId}` : undefined;

/** Returns every copy that the call asks for, into the conversations that have a room. */
function copiesInto(
  call: Call<Forward>,
  entityIds: readonly string[],
  sourceIds: readonly string[],
  roomIds: ReadonlyMap<string, string>,
): Copy[] {
  return entityIds.flatMap((entityId) => {
    const roomId = roomIds.get(entityId);
    if (!roomId) return [];
    return sourceIds.map((sourceId): Copy => {
      const echoKey = echoKeyOf(call, sourceId);
      const key = echoKey === undefined ? undefined : { authorId: call.user.id, roomId, echoKey };
      const echo = key && { key, digest: digestOf('forward', sourceId) };
      return { entityId, roomId, sourceId, echo };
    });
  });
}

/** Returns the copies that an earlier call with the same echoId made, by `pairOf`. */
async function findEarlierCopies(
  call: Call<Forward>,
  copies: readonly Copy[],
  echoes: readonly Echo[],
): Promise<Map<string, Row>> {
  const { hub, user, input } = call;
  const link = createLinks(call);
  const madeIds = new Map(echoes.map((echo) => [`${echo.roomId} ${echo.echoKey}`, echo.madeId]));
  const views = new Map(
    (await listViews(hub, user.id, [...madeIds.values()])).map((view) => [view.id, view]),
  );
  const rows = new Map<string, Row>();
  for (const copy of copies) {
    const view =
      copy.echo && views.get(madeIds.get(`${copy.roomId} ${copy.echo.key.echoKey}`) ?? '');
    if (view) rows.set(pairOf(copy), presentCopy(copy, view, { echoId: input.echoId, link }));
  }
  return rows;
}
