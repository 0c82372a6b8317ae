import { findTag, type TagRecord } from '../rows/hubs/tags.ts';
import type { AccessCall } from './call.ts';

/** Returns a tag of the caller's. */
export async function tagOfMine(
  { hub, user, fail }: AccessCall<'TAG_NOT_FOUND'>,
  tagId: string,
): Promise<TagRecord> {
  const tag = await findTag(hub, user.id, tagId);
  return tag ?? fail('TAG_NOT_FOUND', 'tag_id: is not one of your tags');
}
