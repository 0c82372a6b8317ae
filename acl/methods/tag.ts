import { z } from 'zod';
import { Tag } from '../entities/tag.ts';
import { writers } from '../language/by.ts';
import { count, done, id, list, name } from '../language/fields.ts';
import { method } from '../language/method.ts';

const grants = ['chat:chat:access'] as const;
const tagName = name(1, 100);

export const tag = {
  create: method({
    doc: 'Make a tag of mine. One of the same name is answered as it is.',
    by: writers,
    safe: false,
    grants,
    input: z.strictObject({ name: tagName }),
    output: Tag,
    errors: [],
    events: ['tag.create'],
  }),

  list: method({
    doc: 'List my tags by name, with the number of conversations under each.',
    by: writers,
    safe: true,
    grants: ['chat:chat:access', 'user:chats:view'],
    input: z.strictObject({}),
    output: z.array(z.strictObject({ ...Tag.shape, chat_count: count })),
    errors: [],
    events: [],
  }),

  rename: method({
    doc: 'Rename one of my tags.',
    by: writers,
    safe: false,
    grants,
    input: z.strictObject({ tag_id: id, name: tagName }),
    output: Tag,
    errors: ['TAG_NOT_FOUND'],
    events: ['tag.rename'],
  }),

  remove: method({
    doc: 'Remove one of my tags; the conversations stay.',
    by: writers,
    safe: false,
    grants,
    input: z.strictObject({ tag_id: id }),
    output: done,
    errors: ['TAG_NOT_FOUND'],
    events: ['tag.remove'],
  }),

  assign: method({
    doc: 'Set the tags of a conversation; those named before are replaced.',
    by: writers,
    safe: false,
    grants,
    input: z.strictObject({ entity_id: id, tag_ids: list(id, 0, 100) }),
    output: z.strictObject({ entity_id: z.string(), tag_ids: z.array(z.string()) }),
    errors: ['ROOM_NOT_FOUND', 'TAG_NOT_FOUND'],
    events: ['tag.assign'],
  }),
};
