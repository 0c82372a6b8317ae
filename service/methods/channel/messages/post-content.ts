import type { Output, Spec } from '../../../../acl/index.ts';
import type { Content } from '../../../../acl/language/fields.ts';
import { isEchoKey } from '../../../../acl/language/fields.ts';
import { refuseArchived } from '../../../../db/access/archived.ts';
import { channelToRead, isSystem, mayStillPost, partsOf } from '../../../../db/access/channels.ts';
import { StaleRead } from '../../../../db/log/append.ts';
import { findEchoIn } from '../../../../db/reading/messages/echoes.ts';
import { listViews } from '../../../../db/reading/messages/views.ts';
import { findPicture } from '../../../../db/rows/identity/users.ts';
import { newId } from '../../../../db/rows/ids.ts';
import { digestOf, type Echo } from '../../../../db/rows/messages/echoes.ts';
import type { RoomRecord } from '../../../../db/rows/rooms/rooms.ts';
import { lockForPosts, type NewMessage, place } from '../../../../db/writing/posts.ts';
import { writeMessages } from '../../../actions/write-messages.ts';
import type { Call } from '../../../core/call.ts';
import { presentCard } from '../../../present/member.ts';
import { isEmpty, readContent } from './channel-content.ts';

type Posting = Call<Spec<'channel.post'>> | Call<Spec<'channel.post_simple'>>;
type Posted = Output<Spec<'channel.post'>>;
type Sender = NonNullable<NewMessage['sender']>;

/** Posts an object to a channel, in the name of the caller or of whom the system names. */
export async function postContent(call: Posting, content: Content): Promise<Posted> {
  const { user, input, fail } = call;
  if (input.from !== undefined && !isSystem(call))
    fail('PERMISSION_DENIED', 'from: only the system may post under another name');
  const echoKey = input.record !== 0 && isEchoKey(input.echoId) ? input.echoId : undefined;
  const [room, sender, echo] = await Promise.all([
    channelToRead(call, input.channel_id),
    senderOf(call),
    echoKey === undefined ? undefined : findEcho(call, echoKey),
  ]);
  const stored = readContent(call, content);
  if (isEmpty(stored)) fail('INVALID_INPUT', 'text: must not be empty');
  if (input.record === 0) return sendUnrecorded(call, room, sender, content);

  const digest = digestOf('channel', content, input.from ?? null);
  if (echo) return replay(call, room, echo, digest);
  refuseArchived(call, room, 'channel_id');
  return write(call, {
    id: newId(),
    roomId: room.id,
    authorId: user.id,
    ...stored,
    sender,
    threadId: null,
    rootId: null,
    forwardOf: null,
    mentionIds: [],
    attachments: [],
    files: [],
    echoId: input.echoId,
    echo:
      echoKey === undefined
        ? undefined
        : { key: { authorId: user.id, roomId: room.id, echoKey }, digest },
  });
}

/** Returns what the caller posted to the channel under a key. */
async function findEcho({ hub, user, input }: Posting, echoKey: string): Promise<Echo | undefined> {
  const parts = partsOf(hub.id, input.channel_id);
  if (!parts) return undefined;
  const { type, subId } = parts;
  const room =
    type === 'gr'
      ? { column: 'id' as const, value: subId }
      : { column: 'channel_key' as const, value: `${type}:${subId}` };
  return findEchoIn(hub, user.id, room, echoKey);
}

async function senderOf(call: Posting): Promise<Sender> {
  const { hub, user, input } = call;
  if (isSystem(call)) return { name: input.from?.name ?? '', pic: input.from?.pic ?? null };
  return { name: presentCard(user).surname, pic: await findPicture(hub, user.id) };
}

/** Sends a message to the sockets that are connected now; it is stored nowhere. */
function sendUnrecorded(call: Posting, room: RoomRecord, from: Sender, content: Content): Posted {
  const { user, input, signal, now } = call;
  refuseArchived(call, room, 'channel_id');
  const data = {
    room_id: room.id,
    channel_id: input.channel_id,
    message_id: newId(),
    user_id: user.id,
    from,
    content,
    ctime_ms: now,
  };
  signal({ name: 'channel.post', data, actorId: user.id, to: { roomId: room.id } });
  return presentPosted(call, data.message_id, null);
}

/** Returns what an earlier call with the same echoId returned. */
async function replay(
  call: Posting,
  room: RoomRecord,
  echo: Echo,
  digest: string,
): Promise<Posted> {
  if (echo.digest !== digest)
    call.fail('ECHO_ID_CONFLICT', 'echoId: was used for a different message');
  const views = await listViews(call.hub, call.user.id, [echo.madeId]);
  const seq = views.find((view) => view.roomId === room.id)?.seq ?? null;
  return presentPosted(call, echo.madeId, seq);
}

async function write(call: Posting, message: NewMessage): Promise<Posted> {
  const { hub, user, emit, lockHubWithNext, now } = call;
  lockHubWithNext();
  const { rooms, isUsed, isAuthorInside, quietIn } = await lockForPosts(hub, [message], now);
  const room = rooms.get(message.roomId);
  const isInside = isAuthorInside(message);
  // Checked again under the lock: the channel may be closed or archived by now.
  if (!room || room.archived || !mayStillPost(call, room, isInside)) throw new StaleRead();
  if (message.echo && isUsed(message.echo.key)) throw new StaleRead();
  const author = isSystem(call)
    ? { id: '', firstname: message.sender?.name ?? '', lastname: '' }
    : user;
  const placed = place(room, message, { author, thread: null, now });
  await writeMessages({ hub, quietIn, emit }, 'chat.post', [
    { room, message: placed, isAuthorOutside: !isInside },
  ]);
  return presentPosted(call, placed.id, placed.seq);
}

const presentPosted = ({ input }: Posting, messageId: string, seq: number | null): Posted => ({
  message_id: messageId,
  channel_id: input.channel_id,
  seq,
  echoId: input.echoId,
});
