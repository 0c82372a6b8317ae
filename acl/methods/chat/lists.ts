import { z } from 'zod';
import { Counters, RoomRow } from '../../entities/room.ts';
import { writers } from '../../language/by.ts';
import { count, cursor, id, page, search } from '../../language/fields.ts';
import { pageRows } from '../../language/limits.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { listing } = chatGrants;

const option = z.enum(['active', 'archived', 'all']).default('active');

export const lists = {
  chat_rooms: method({
    doc:
      `List the caller’s conversations, latest activity first, ${pageRows} a page. Pages are ` +
      'numbered, or continue from the cursor of a row.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({
      tag_id: z.literal('').or(id).default(''),
      page,
      before: cursor.optional(),
      key: search,
      flag: z.enum(['', 'contact', 'share', 'all']).default(''),
      option,
    }),
    output: z.array(RoomRow),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),

  chat_room_info: method({
    doc:
      'Get one of the caller’s conversations as it appears in their lists. A direct ' +
      'conversation without messages is returned empty.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ key: id }),
    output: RoomRow,
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  contact_rooms: method({
    doc: `List the caller’s direct conversations, latest activity first, ${pageRows} a page.`,
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({
      tag_id: z.literal('').or(id).default(''),
      page,
      before: cursor.optional(),
      key: search,
      option,
    }),
    output: z.array(RoomRow),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),

  share_rooms: method({
    doc: `List the caller’s group rooms, latest activity first, ${pageRows} a page.`,
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ page, before: cursor.optional(), key: search, option }),
    output: z.array(RoomRow),
    errors: [],
    events: [],
  }),

  count_all: method({
    doc: 'Count the caller’s unread messages over all conversations.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({}),
    output: Counters,
    errors: [],
    events: [],
  }),

  tag_chat_count: method({
    doc: 'Count the conversations under one of the caller’s tags, and their unread messages.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ tag_id: id }),
    output: z.array(
      z.strictObject({
        tag_id: z.string(),
        tag_name: z.string(),
        chat_count: count,
        room_count: count,
      }),
    ),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),
};
