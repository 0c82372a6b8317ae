import { z } from 'zod';
import { Counters, RoomRow } from '../../entities/room.ts';
import { writers } from '../../language/by.ts';
import { count, cursor, id, page, text } from '../../language/fields.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { listing } = chatGrants;

const key = text(255).default('');
const option = z.enum(['active', 'archived', 'all']).default('active');

export const lists = {
  chat_rooms: method({
    doc: 'List my conversations, by last activity, newest first; 45 a page, by page number or before a row’s cursor.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({
      tag_id: z.literal('').or(id).default(''),
      page,
      before: cursor.optional(),
      key,
      flag: z.enum(['', 'contact', 'share', 'all']).default(''),
      option,
    }),
    output: z.array(RoomRow),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),

  chat_room_info: method({
    doc: 'Get one conversation as it stands in my lists. One with whom nothing was said yet reads as empty.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ key: id }),
    output: RoomRow,
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  contact_rooms: method({
    doc: 'List my direct conversations, by last activity, newest first.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({
      tag_id: z.literal('').or(id).default(''),
      page,
      before: cursor.optional(),
      key,
      option,
    }),
    output: z.array(RoomRow),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),

  share_rooms: method({
    doc: 'List my group rooms, by last activity, newest first.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ page, before: cursor.optional(), key, option }),
    output: z.array(RoomRow),
    errors: [],
    events: [],
  }),

  count_all: method({
    doc: 'Count my unread messages over all conversations.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({}),
    output: Counters,
    errors: [],
    events: [],
  }),

  tag_chat_count: method({
    doc: 'Count the conversations under one of my tags, and their unread messages.',
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
