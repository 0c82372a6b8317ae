import { maxLevels } from '../../acl/language/depth.ts';

/*
 * Decisions where the documents of brainCloud are silent or ambiguous.
 * docs/braincloud.md lists each by its name; a test compares that list with this file.
 */

/** Decisions that are a value. */
export const values = {
  /** A message shows as its expiry this many days after its posting, whatever the channel keeps. */
  expiryDays: 30,
  /** Messages that one call returns at most; a larger `maxReturn` is reduced to this. */
  maxMessages: 250,
  /** Rows of a page at most; a larger `rowsPerPage` is reduced to this. */
  maxRowsPerPage: 100,
  /** Channels that a session is connected to at most. */
  maxChannels: 200,
  /** Messages in one packet at most. */
  maxPacketMessages: 500,
  /** Once the responses of a packet have this many bytes, its other messages are not processed. */
  maxPacketResponseBytes: 4 * 1024 * 1024,
  /** Longer responses are not remembered: if their packet is sent again, it is processed again. */
  maxRememberedBytes: 65_536,
  /** Levels of nesting in a packet at most. */
  maxPacketDepth: maxLevels,
  /** Characters of an event’s data at most. */
  maxEventCharacters: 65_536,
  /** A user’s session expires this many seconds after its last packet. */
  clientSessionSeconds: 1200,
  /**
   * A server’s session expires this many seconds after its last packet. One published client sends
   * its heartbeat every half hour, whatever interval it is given.
   */
  serverSessionSeconds: 2100,
  /** Seconds between the heartbeats of a server. */
  serverHeartbeatSeconds: 1890,
  /** Seconds between the heartbeats of a socket. */
  rttHeartbeatSeconds: 30,
  /** A socket is closed after missing this many heartbeats. */
  maxMissedHeartbeats: 3,
  /** A socket is closed if it does not authenticate within this many seconds. */
  connectTimeoutSeconds: 10,
} as const;

/** Decisions that are a behaviour. */
export const decisions = {
  ids: '`msgId` and `profileId` are hubchat’s ids: strings that sort by time, not decimal numbers.',
  systemAuthor: '`from.id` is the empty string in a system’s post, and null in a system’s message.',
  statuses:
    '40346, 40601, 40616 are 403; 40598, 40600, 40617, 40618, 40621, 40660 are 400; rate ' +
    'limits are 429 with 40001.',
  sessionless:
    'A call without a session returns `{data, status}`; an error is the error object itself.',
  badServer: 'Wrong credentials of a server are 403 with 40001, in the response of AUTHENTICATE.',
  unknownSession:
    'An unknown session of a server is 40365, like an expired one; a missing one is 40304.',
  forgottenSession:
    'A user’s expired session is 40303 until it is deleted, about an hour later; then it is 40304.',
  loggingInAgain:
    'AUTHENTICATE within a session ends that session and its sockets. Its packetId can be any ' +
    'number; the following ones increase from it.',
  otherTypes: 'Authentication types other than Universal and Anonymous are disabled: 40601.',
  blankPasswords: 'A password without a visible character is 40660.',
  largeIntegers:
    'An integer of more than 53 bits in `content`, `contentJson`, `eventData` or a search is ' +
    '40660, not rounded; a string keeps it.',
  newPlayers: 'New users have no name until they set one; `loginCount` is always 1.',
  autoChannels:
    'Connecting or posting to a dy or sy channel creates it if a server does it; for users it ' +
    'is 40603.',
  missingGroup: 'The gr channel of a group is 40603 for users outside the group, never 40346.',
  leavingGroups:
    'CHANNEL_DISCONNECT from a gr channel ends the session’s subscription, not the membership.',
  leavingElsewhere: 'CHANNEL_DISCONNECT does not affect other sessions of the user.',
  listeners:
    '`listenerCount` equals `memberCount`: users who have connected, with or without a socket.',
  badLimit: 'A negative `maxReturn` is 40660.',
  unrecorded:
    'A message that is not recorded is published again if its packet is sent again and the ' +
    'response was not remembered.',
  recipients: 'Unknown recipients are ignored; if no recipient is left, it is 40660.',
  unknownBox: 'A box other than inbox and sent is 40660.',
  readMark:
    'GET_MESSAGES returns the previous `read`; only `markAsRead` decides whether it changes.',
  pages: 'A page number below one is page one; a page after the last one is empty.',
  patterns: '`$regex` supports `^`, `$` and `.*`; `$type` and `$elemMatch` are 40384.',
  systemReplies:
    'SYS_SEND_MESSAGE returns `{requested, actual, msgId}`, SYS_GET_MESSAGES `{requested, ' +
    'actual, items}`, SYS_DELETE_CHANNEL `{}`.',
  systemMissing:
    'SYS_DELETE_MESSAGE of an unknown message is 40595; SYS_UPDATE_MESSAGE returns `actual` 0.',
  inProgress:
    'A packet that is still being processed is HTTP 503 with 40606, as is every packet while ' +
    'the database is unavailable.',
  oldPackets: 'A packet before the last one is 40605.',
  wrongSecret: 'CONNECT with a secret or profile that is not the session’s is 40209.',
  pushes:
    'For messages only their arrival is pushed. A socket receives the reason before it is closed.',
  events:
    'SEND pushes to open sockets and stores nothing. It is 40660 unless the sender can write ' +
    'to the recipient.',
  largePackets:
    'Once the responses of a packet have `maxPacketResponseBytes`, its other messages are not ' +
    'processed: 429 with 40001. Send them in another packet.',
  abortedPackets:
    'When the client has closed its connection, the rest of its packet is not processed until ' +
    'the packet is sent again.',
  empty: 'Friends and presence are empty, `script.RUN` returns `{}`, lobbies are disabled: 40601.',
} as const;
