import type { Spec } from '../../../../acl/index.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { findOrdinal } from '../../../../db/reading/messages/places.ts';
import { type FilePlace, listRoomFiles } from '../../../../db/reading/messages/room-files.ts';
import { roomOfEntity } from '../../../../db/reading/rooms/conversations.ts';
import type { Call, Handler } from '../../../core/call.ts';
import { placeOfFile, presentRoomFile } from '../../../present/file.ts';
import { createLinks } from '../../../secrets/file-links.ts';
import { missingPlace } from '../read/history-page.ts';

type Files = Spec<'chat.files'>;

export const files: Handler<Files> = async (call) => {
  const { hub, user, input, fail } = call;
  const { entity_id: entityId, kind, limit } = input;
  const [before, after] = await Promise.all([placeIn(call, 'before'), placeIn(call, 'after')]);
  const missing = (['before', 'after'] as const).find(
    (bound) => input[bound] !== undefined && { before, after }[bound] === undefined,
  );
  const page = { kind, before, after, limit };
  const views = missing ? [] : await listRoomFiles(hub, user.id, entityId, page);
  if (views.length === 0) {
    // Nothing to see in a conversation of the caller's, or no such conversation.
    const { room } = await roomToRead(call, entityId, 'ROOM_NOT_FOUND');
    return room && missing ? fail('MESSAGE_NOT_FOUND', missingPlace(missing)) : [];
  }
  const link = createLinks(call);
  return views.map((view) => presentRoomFile(view, link));
};

/** Returns the place that a parameter names, as a row's cursor or as a message of the room. */
async function placeIn(
  { hub, user, input }: Call<Files>,
  parameter: 'before' | 'after',
): Promise<FilePlace | undefined> {
  const given = input[parameter];
  if (given === undefined) return undefined;
  const place = placeOfFile(given);
  if (place) return place;
  const room = roomOfEntity(hub, user.id, input.entity_id);
  const ordinal = await findOrdinal(hub, room, given);
  // Before the first of its files, or after the last.
  const position = parameter === 'before' ? 0 : Number.MAX_SAFE_INTEGER;
  return ordinal === undefined ? undefined : { ordinal, position };
}
