/*
 * What nobody outside Genesys can know, decided once: spec/genesys-chats.md marks it as a guess, or leaves it open.
 * docs/genesys.md lists each by its name.
 */

/** Decisions that are a value. */
export const values = {
  /** Messages of a history or thread when neither `limit` nor `pageSize` is given. */
  defaultPage: 25,
  /** A larger `limit` is taken as this one. */
  largestPage: 100,
  /** Message ids in one path; more are 400. */
  mostIds: 100,
  /** The key of `limit` when a sixth message would be pinned. */
  pinLimitKey: 'pinned.messages.max',
  /** The code of 413. */
  oversizeCode: 'request.entity.too.large',
  /** The code of 405. */
  wrongVerbCode: 'method.not.allowed',
  /** The organisation in JIDs is the hub’s id, before this. */
  domain: 'orgspan.com',
} as const;

/** Decisions that are a behaviour. */
export const decisions = {
  roomIdInPath:
    'A room is named in a path by its JID, in any case, with or without a /resource, or by its bare UUID.',
  userIdInPath: 'A user is named in a path by his UUID or by his JID, in every operation.',
  foreignJid: 'A JID of another hub is unknown: 404.',
  roomTypes:
    'A private room is `adhoc`, with its JID as `id`; a public one is `group`, with its UUID as `id`.',
  roomName: '`name` and `subject` are both the room’s name.',
  creatorIsOwner:
    'Who makes a room is its participant and its only owner, named in `userIds` or not.',
  collapsedIds: 'An id that is named twice counts once; upper case is lower case.',
  invisibleRoom: 'A private room is 404 for who is not in it, never 403.',
  publicFromOutside:
    'A public room is seen by every member of the hub, without pins; its history and posting in it are 403 `not.authorized` until one joins.',
  clearedDescription: 'An empty `description` clears it.',
  nulls:
    '`null` for an optional property of a room or a message is as if it had not been sent; in settings it is no value: 400.',
  owners:
    'Only an owner of the room (or an admin) sets `ownerIds`; they must be participants, and at least one.',
  pinnedIdsReplace: '`pinnedMessageIds` and `ownerIds` of PATCH replace what there was.',
  joining:
    'Who is in already is added with 204. Who is not in a public room may add himself, another only 403.',
  fullRoom: 'A room at its `participantLimit` is 409.',
  removing:
    'Leaving is for everybody, removing another for an owner or an admin; who is not in is 404.',
  notify: '`notify=true` lists only those whom a message that mentions nobody would alert.',
  historyOrder:
    'A page goes from the oldest to the newest: the one before it is `before=entities[0].dateCreated`.',
  historyBounds:
    '`dateCreated >= after` and `< before`; with `after` alone the page is the oldest; `after >= before` is empty.',
  repliesInHistory: 'Replies of threads stand in the history too, marked by `parentThread`.',
  legacyPages:
    '`pageSize` is the limit where `limit` is absent; `pageNumber` counts such pages from the newest.',
  threads:
    'A thread’s id is the id of the message that began it; a reply to a reply is in the same thread.',
  directHistory:
    'A 1on1 history is the newest message’s fields and `entities` both; an empty one `entities` alone.',
  messagingOneself:
    'A message to oneself is 400; whoever left the hub is 404, though what was said with him can be read.',
  mentions:
    '`mentions` is a map of user id to user JID; who is not in the conversation cannot be mentioned: 400.',
  messageLength: 'A message has at most 10,000 characters and is not blank: else 400.',
  manyIds:
    'Several ids answer in the order asked for; what is unknown is left out, and when nothing is left it is 404.',
  editing:
    'Only the author edits, at any time; `threadId` is without effect, absent `mentions` stay.',
  deleting:
    'The author deletes, or a moderator of the hub. What is deleted is gone: 404, no tombstone, no pin.',
  pinning:
    'Pinning what is pinned changes nothing. What would be a sixth pin is 400, the set unchanged; an unknown id is 404.',
  pinOrder:
    'Pins are listed with the newest first, and unpinned by the id of the message; what is not pinned is 404.',
  reactions:
    'PUT replaces the caller’s own reactions; `[]` takes them away. Emoji only, no `:shortcode:`; switched off is 403.',
  reactionUsers: 'Of those who reacted with one emoji the first twenty are listed.',
  putSettings: 'What PUT leaves out goes back to its default: 3650 days, reactions on.',
  userSettings:
    'POST of one’s own settings sets them, also where there are some. `mobile` may be left out of one’s own.',
  chatOrder: '`users/chats/me` lists by last activity, newest first, 45 a page.',
  checkOrder:
    '401, then 415, 413 and 400 for what cannot be read, then 403 for permissions, 404 for the path, then 400 for what the body says.',
  optionalFields:
    '`fileUri`, `attachmentDeleted`, `dateClosed`, `favorite`, `images` and `presence` are never sent.',
} as const;
