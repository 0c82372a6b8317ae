import type { Output, Spec } from '../../../../acl/index.ts';
import { StaleRead } from '../../../../db/log/append.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import { newId } from '../../../../db/rows/ids.ts';
import type { EchoKey } from '../../../../db/rows/messages/echoes.ts';
import { listFileIds } from '../../../../db/rows/messages/message-attachments.ts';
import { lockMessages } from '../../../../db/rows/messages/messages.ts';
import type { LockedRoom } from '../../../../db/rows/rooms/rooms.ts';
import { lockForPosts, type NewMessage, place } from '../../../../db/writing/posts.ts';
import { writeMessages } from '../../../actions/write-messages.ts';
import type { Call } from '../../../core/call.ts';
import { toSeconds } from '../../../present/time.ts';

type Forward = Spec<'chat.forward'>;
type Row = Output<Forward>[number];

/** One message to copy into one conversation. */
export interface Copy {
  entityId: string;
  roomId: string;
  sourceId: string;
  echo: { key: EchoKey; digest: string } | undefined;
}

/** A key for a copy among those of one call. */
export const pairOf = ({ entityId, sourceId }: Pick<Copy, 'entityId' | 'sourceId'>): string =>
  `${entityId} ${sourceId}`;

/** Writes copies of messages. Returns their rows by `pairOf`, in the order of `copies`. */
export async function copyMessages(
  call: Call<Forward>,
  copies: readonly Copy[],
  sources: readonly MessageView[],
): Promise<[string, Row][]> {
  const { hub, user, input, emit, now } = call;
  if (copies.length === 0) return [];
  const byId = new Map(sources.map((source) => [source.id, source]));
  const files = await listFileIds(hub, [...byId.keys()]);
  const { rooms, isUsed, quietIn } = await lockForPosts(
    hub,
    copies.map(({ roomId, echo }) => ({ roomId, authorId: user.id, echo, threadId: null })),
    sources.map((source) => source.roomId),
  );
  if (copies.some(({ echo }) => echo && isUsed(echo.key))) throw new StaleRead();
  await refuseChangedSources(call, byId, rooms);
  const placed = copies.map((copy) => {
    const source = byId.get(copy.sourceId);
    const room = rooms.get(copy.roomId);
    if (!source || !room || room.archived) throw new StaleRead();
    const made = messageOf(call, copy, source, files.get(source.id) ?? []);
    const message = place(room, made, { author: user, thread: null, now });
    return { copy, room, message };
  });
  await writeMessages({ hub, quietIn, emit }, 'chat.forward', placed);
  return placed.map(({ copy, message }) => [
    pairOf(copy),
    presentCopy(copy, message, input.echoId),
  ]);
}

/** Starts the call again if a source was edited, deleted or expired since it was read. */
async function refuseChangedSources(
  { hub }: Call<Forward>,
  sources: ReadonlyMap<string, MessageView>,
  rooms: ReadonlyMap<string, LockedRoom>,
): Promise<void> {
  const isChanged = (await lockMessages(hub, [...sources.keys()])).some(
    ({ id, roomId, ordinal, version, deletedMs }) =>
      deletedMs !== null ||
      version !== sources.get(id)?.version ||
      ordinal <= (rooms.get(roomId)?.expiredAt ?? 0),
  );
  if (isChanged) throw new StaleRead();
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

export const presentCopy = (
  { entityId }: Copy,
  view: MessageView,
  echoId: string | undefined,
): Row => ({
  message_id: view.id,
  entity_id: entityId,
  room_id: view.roomId,
  forward_message_id: view.forwardOf ?? '',
  author_id: view.authorId,
  is_attachment: view.attachmentCount > 0 ? 1 : 0,
  is_forward: 1,
  seq: view.seq,
  ctime: toSeconds(view.createdMs),
  echoId,
});
