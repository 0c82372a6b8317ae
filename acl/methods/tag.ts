import { z } from 'zod';
import { Tag } from '../entities/tag.ts';
import { writers } from '../language/by.ts';
import { count, done, id, ids, name } from '../language/fields.ts';
import { method } from '../language/method.ts';
import { chatGrants } from '../language/permission.ts';

const { acting, listing } = chatGrants;
const tagName = name(1, 100);

export const tag = {
  create: method({
    doc:
      'Create a tag of the caller’s. If one of the same name exists, in any spelling, it is ' +
      'returned.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ name: tagName }),
    output: Tag,
    errors: [],
    events: ['tag.create'],
  }),

  list: method({
    doc: 'List the caller’s tags by name, with the number of conversations under each.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.strictObject({}),
    output: z.array(z.strictObject({ ...Tag.shape, chat_count: count })),
    errors: [],
    events: [],
  }),

  rename: method({
    doc: 'Rename one of the caller’s tags. No two of them have the same name.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ tag_id: id, name: tagName }),
    output: Tag,
    errors: ['TAG_NOT_FOUND'],
    events: ['tag.rename'],
  }),

  remove: method({
    doc: 'Delete one of the caller’s tags. Its conversations stay.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ tag_id: id }),
    output: done,
    errors: ['TAG_NOT_FOUND'],
    events: ['tag.remove'],
  }),

  assign: method({
    doc: 'Replace the tags of a conversation.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ entity_id: id, tag_ids: ids(0) }),
    output: z.strictObject({ entity_id: z.string(), tag_ids: z.array(z.string()) }),
    errors: ['ROOM_NOT_FOUND', 'TAG_NOT_FOUND'],
    events: ['tag.assign'],
  }),
};
