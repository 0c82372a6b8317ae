/*
 * Decisions where the published contract of Genesys is silent or ambiguous.
 * docs/genesys.md lists each by its name; a test compares that list with this file.
 */

/** Decisions that are a value. */
export const values = {
  /** Messages in a page of a history or thread when neither `limit` nor `pageSize` is given. */
  defaultPageSize: 25,
  /** A larger `limit` is reduced to this. */
  maxPageSize: 100,
  /** Message ids in one path; more are answered with 400. */
  maxIds: 100,
  /** The key of `limit` in the error for a sixth pin. */
  pinLimitKey: 'pinned.messages.max',
  /** The code of status 413. */
  tooLargeCode: 'request.entity.too.large',
  /** The code of status 405. */
  wrongVerbCode: 'method.not.allowed',
  /** The domain of a JID is the hub's id followed by this. */
  domain: 'orgspan.com',
} as const;

/** Decisions that are a behaviour. */
export const decisions = {
  roomIdInPath:
    'A path names a room by its JID (in any case, with or without a /resource) or by its UUID.',
  userIdInPath: 'Every operation accepts a user’s UUID or JID in its path.',
  foreignJid: 'A JID of another hub is answered with 404.',
  roomTypes:
    'A private room is `adhoc` and its `id` is its JID; a public one is `group`, its `id` its ' +
    'UUID.',
  roomName: '`name` and `subject` are both the room’s name.',
  creatorIsOwner:
    'The creator of a room is a participant and its only owner, whether `userIds` lists them ' +
    'or not.',
  collapsedIds: 'An id that is given twice counts once; upper case equals lower case.',
  invisibleRoom: 'A private room is 404 to users who are not in it, never 403.',
  publicFromOutside:
    'Every member of the hub can read a public room, without its pins; reading its history ' +
    'and posting are 403 `not.authorized` for users who have not joined.',
  clearedDescription: 'An empty `description` clears it.',
  nulls:
    '`null` for an optional property of a room or a message equals leaving it out; in ' +
    'settings it is 400.',
  owners:
    'Only an owner of the room or an admin can set `ownerIds`: at least one, all of them ' +
    'participants.',
  pinnedIdsReplace: '`pinnedMessageIds` and `ownerIds` of PATCH replace the previous lists.',
  joining:
    'Adding a participant again is 204. Users outside a public room can add themselves; ' +
    'adding others is 403.',
  fullRoom: 'Adding to a room that has reached its `participantLimit` is 409.',
  removing:
    'Every participant can leave; an owner or an admin can remove others. Removing a user who ' +
    'is not in the room is 404.',
  notify: '`notify=true` lists only participants whom a message without mentions would alert.',
  historyOrder:
    'A page lists the oldest message first; the page before it is ' +
    '`before=entities[0].dateCreated`.',
  historyBounds:
    '`dateCreated >= after` and `< before`; with `after` alone the page holds the oldest ' +
    'matches; `after >= before` is empty.',
  repliesInHistory: 'A history includes the replies of threads, marked by `parentThread`.',
  legacyPages:
    '`pageSize` is the limit when `limit` is absent; `pageNumber` counts such pages from the ' +
    'newest message.',
  threads:
    'A thread’s id is the id of its first message; a reply to a reply belongs to the same thread.',
  directHistory:
    'A 1on1 history has the fields of its newest message and `entities`; an empty one has ' +
    'only `entities`.',
  messagingOneself:
    'A message to oneself is 400; one to a user who left the hub is 404, though the history ' +
    'stays readable.',
  mentions:
    '`mentions` maps user ids to user JIDs; mentioning a user who is not in the conversation ' +
    'is 400.',
  messageLength: 'A message that is blank or longer than 10,000 characters is 400.',
  manyIds:
    'Messages by ids are returned in the order requested; unknown ids are left out, and if ' +
    'none is known it is 404.',
  editing:
    'Only the author can edit, at any time; `threadId` is ignored, and without `mentions` ' +
    'they stay unchanged.',
  deleting:
    'The author or a moderator of the hub can delete. A deleted message is 404, leaves no ' +
    'tombstone and is unpinned.',
  pinning:
    'Pinning a pinned message has no effect. A sixth pin is 400 and leaves the pins ' +
    'unchanged; an unknown id is 404.',
  pinOrder:
    'Pins are listed newest first and unpinned by message id, also those of messages that the ' +
    'caller hid; unpinning a message that is not pinned is 404.',
  reactions:
    'PUT replaces the caller’s own reactions; `[]` removes them. Only emoji, no ' +
    '`:shortcode:`; disabled reactions are 403.',
  reactionUsers: 'For each emoji the first twenty users who reacted are listed.',
  putSettings: 'Properties that PUT leaves out return to their defaults: 3650 days, reactions on.',
  userSettings:
    'POST of one’s own settings also replaces existing ones. `mobile` can be left out of ' +
    'one’s own settings.',
  chatOrder: '`users/chats/me` lists by last activity, newest first, 45 a page.',
  checkOrder:
    'Checks run in this order: 401; 415, 413 and 400 for an unreadable body; 403 for ' +
    'permissions; 404 for the path; 400 for the body’s content.',
  optionalFields:
    '`fileUri`, `attachmentDeleted`, `dateClosed`, `favorite`, `images` and `presence` are ' +
    'never sent.',
} as const;
