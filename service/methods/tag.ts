import { normalForm } from '../../acl/text/normal-form.ts';
import { roomToRead } from '../../db/access/rooms.ts';
import { tagOfMine } from '../../db/access/tags.ts';
import { countTagged } from '../../db/reading/rooms/tags.ts';
import { listTagIds, queueTagIds, queueTagOff } from '../../db/rows/hubs/tag-map.ts';
import {
  listTags,
  queueTag,
  queueTagName,
  queueTagRemoval,
  type TagRecord,
} from '../../db/rows/hubs/tags.ts';
import { lockMember } from '../../db/rows/identity/members.ts';
import { newId } from '../../db/rows/ids.ts';
import type { Handlers } from '../core/call.ts';

/** Finds the tag that has a name, in any spelling; the given one before others. */
function named(tags: readonly TagRecord[], name: string): TagRecord | undefined {
  const form = normalForm(name);
  return tags.find((tag) => tag.name === name) ?? tags.find((tag) => normalForm(tag.name) === form);
}

function byName(tags: readonly TagRecord[]): TagRecord[] {
  const forms = new Map(tags.map((tag) => [tag, Buffer.from(normalForm(tag.name))] as const));
  const formOf = (tag: TagRecord) => forms.get(tag) ?? Buffer.alloc(0);
  return [...tags].sort((a, b) => Buffer.compare(formOf(a), formOf(b)));
}

/** Each change begins by locking the member's row, so a member's tags change one call at a time. */
export const tag: Handlers<'tag'> = {
  async create({ hub, user, input, emit, now }) {
    const [, tags] = await Promise.all([lockMember(hub, user.id), listTags(hub, user.id)]);
    const same = named(tags, input.name);
    if (same) return { tag_id: same.id, tag_name: same.name };
    const id = newId();
    queueTag(hub, user.id, { id, name: input.name }, now);
    const data = { tag_id: id, tag_name: input.name };
    await emit({ name: 'tag.create', targets: [user.id], data });
    return data;
  },

  async list({ hub, user }) {
    const [tags, counts] = await Promise.all([listTags(hub, user.id), countTagged(hub, user.id)]);
    return byName(tags).map(({ id, name }) => ({
      tag_id: id,
      tag_name: name,
      chat_count: counts.get(id)?.rooms ?? 0,
    }));
  },

  async rename(call) {
    const { hub, user, input, emit, fail } = call;
    const [, found, tags] = await Promise.all([
      lockMember(hub, user.id),
      tagOfMine(call, input.tag_id),
      listTags(hub, user.id),
    ]);
    const data = { tag_id: found.id, tag_name: input.name };
    if (found.name === input.name) return data;
    const others = tags.filter((tag) => tag.id !== found.id);
    if (named(others, input.name)) fail('INVALID_INPUT', 'name: another of your tags has it');
    queueTagName(hub, user.id, { id: found.id, name: input.name });
    await emit({ name: 'tag.rename', targets: [user.id], data });
    return data;
  },

  async remove(call) {
    const { hub, user, input, emit } = call;
    const [, found] = await Promise.all([lockMember(hub, user.id), tagOfMine(call, input.tag_id)]);
    queueTagRemoval(hub, user.id, found.id);
    queueTagOff(hub, user.id, found.id);
    await emit({ name: 'tag.remove', targets: [user.id], data: { tag_id: found.id } });
    return { ok: 1 };
  },

  async assign(call) {
    const { hub, user, input, emit, fail } = call;
    const [, tags, tagIdsOf, { entityId }] = await Promise.all([
      lockMember(hub, user.id),
      listTags(hub, user.id),
      listTagIds(hub, user.id, [input.entity_id]),
      roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND'),
    ]);
    const known = new Set(tags.map((tag) => tag.id));
    const tagIds = [...new Set(input.tag_ids)].sort();
    if (tagIds.some((id) => !known.has(id)))
      fail('TAG_NOT_FOUND', 'tag_ids: one of them is not one of your tags');
    const data = { entity_id: entityId, tag_ids: tagIds };
    const before = tagIdsOf.get(entityId) ?? [];
    if (before.join() === tagIds.join()) return data;
    queueTagIds(hub, user.id, entityId, tagIds);
    await emit({ name: 'tag.assign', targets: [user.id], data });
    return data;
  },
};
