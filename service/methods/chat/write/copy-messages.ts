import type { Output, Spec } from '../../../../acl/index.ts';
import { StaleRead } from '../../../../db/log/append.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import { newId } from '../../../../db/rows/ids.ts';
import type { EchoKey } from '../../../../db/rows/messages/echoes.ts';
import {
  type AttachedFile,
  listAttached,
} from '../../../../db/rows/messages/message-attachments.ts';
import { lockMessages, type MessageRecord } from '../../../../db/rows/messages/messages.ts';
import type { LockedRoom } from '../../../../db/rows/rooms/rooms.ts';
import { lockForPosts, type NewMessage, place } from '../../../../db/writing/posts.ts';
import { writeMessages } from '../../../actions/write-messages.ts';
import type { Call } from '../../../core/call.ts';
import { type Link, presentMessageFiles } from '../../../present/file.ts';
import { toSeconds } from '../../../present/time.ts';
import { createLinks } from '../../../secrets/file-links.ts';

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
  const { hub, user, input, emit, lockHubWithNext, now } = call;
  if (copies.length === 0) return [];
  const byId = new Map(sources.map((source) => [source.id, source]));
  const sourceIds = [...byId.keys()];
  lockHubWithNext();
  const [{ rooms, isUsed, quietIn }, locked, files] = await Promise.all([
    lockForPosts(
      hub,
      copies.map(({ roomId, echo }) => ({ roomId, authorId: user.id, echo })),
      now,
      sources.map((source) => source.roomId),
    ),
    lockMessages(hub, sourceIds),
    listAttached(hub, sourceIds),
  ]);
  if (copies.some(({ echo }) => echo && isUsed(echo.key))) throw new StaleRead();
  if (!sources.every((source) => isUnchanged(source, locked, rooms))) throw new StaleRead();
  const placed = copies.map((copy) => {
    const source = byId.get(copy.sourceId);
    const room = rooms.get(copy.roomId);
    if (!source || !room || room.archived) throw new StaleRead();
    const made = messageOf(call, copy, source, files.get(source.id) ?? []);
    const message = place(room, made, { author: user, thread: null, now });
    return { copy, room, message };
  });
  await writeMessages({ hub, quietIn, emit }, 'chat.forward', placed);
  const link = createLinks(call);
  return placed.map(({ copy, message }) => [
    pairOf(copy),
    presentCopy(copy, message, { echoId: input.echoId, link }),
  ]);
}

/** Whether a source was neither edited nor deleted since it was read, and has not expired. */
const isUnchanged = (
  { id, roomId, ordinal, version }: MessageView,
  locked: readonly MessageRecord[],
  rooms: ReadonlyMap<string, LockedRoom>,
): boolean =>
  ordinal > (rooms.get(roomId)?.expiredAt ?? 0) &&
  locked.some((one) => one.id === id && one.version === version && one.deletedMs === null);

const messageOf = (
  { user, input }: Call<Forward>,
  { roomId, echo }: Copy,
  source: MessageView,
  attachments: readonly AttachedFile[],
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
  attachments,
  files: source.files,
  echoId: input.echoId,
  echo,
});

export const presentCopy = (
  { entityId }: Copy,
  view: MessageView,
  { echoId, link }: { echoId: string | undefined; link: Link },
): Row => ({
  message_id: view.id,
  entity_id: entityId,
  room_id: view.roomId,
  forward_message_id: view.forwardOf ?? '',
  author_id: view.authorId,
  is_attachment: view.attachmentCount > 0 ? 1 : 0,
  files: presentMessageFiles(view.files, link),
  is_forward: 1,
  seq: view.seq,
  ctime: toSeconds(view.createdMs),
  echoId,
});
