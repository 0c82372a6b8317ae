/*
 * What nobody outside brainCloud can know, or what its documents leave open, decided once. docs/braincloud.md lists each by its name.
 */

/** Decisions that are a value. */
export const values = {
  /** Days from its posting after which a message says that it expires, whatever the channel keeps. */
  keptDays: 30,
  /** Messages that one call gets at most; a larger `maxReturn` is taken as this one. */
  mostMessages: 250,
  /** Rows of a page at most; a larger `rowsPerPage` is taken as this one. */
  mostRows: 100,
  /** Channels that a session is connected to at most. */
  mostChannels: 200,
  /** Messages in one packet at most. */
  longestBundle: 500,
  /** Characters of an answer that is remembered; after a longer one the packet is carried out anew when it comes again. */
  longestAnswer: 65_536,
  /** Levels of nesting in a packet at most. */
  deepestPacket: 64,
  /** Characters of an event’s data at most. */
  largestEvent: 65_536,
  /** Seconds that a user’s session lives without a packet. */
  clientSeconds: 1200,
  /** Seconds that a server’s session lives without a packet: one client sends its heartbeat each half hour, whatever it is told. */
  serverSeconds: 2100,
  serverHeartbeatSeconds: 1890,
  /** Seconds between the heartbeats of a socket. */
  rttHeartbeatSeconds: 30,
  /** A socket that is silent for so many heartbeats is cut. */
  silentHeartbeats: 3,
  /** Seconds that a socket has to say whose it is. */
  connectSeconds: 10,
} as const;

/** Decisions that are a behaviour. */
export const decisions = {
  ids: '`msgId` and `profileId` are our own ids: strings that sort by time, not decimal numbers.',
  systemAuthor: '`from.id` of a system’s post is the empty string, of a system’s message null.',
  statuses:
    '40346, 40601, 40616 are 403; 40598, 40600, 40617, 40618, 40621, 40660 are 400; too many calls are 429 with 40001.',
  sessionless:
    'A call without a session answers `{data, status}`, an error the error object itself.',
  badServer:
    'A server with bad credentials is told 40001 with 403, in the response of AUTHENTICATE.',
  unknownSession:
    'An unknown session of a server is 40365, as an expired one; none at all is 40304.',
  forgottenSession:
    'A user’s session that expired is 40303 until it is cleaned away, within an hour or so; then 40304.',
  loggingInAgain:
    'AUTHENTICATE with a session ends that one, and its sockets; it may have any packetId, and numbers go on from there.',
  otherTypes: 'Authentication types beside Universal and Anonymous are switched off: 40601.',
  newPlayers: 'Have no name until they give themselves one; `loginCount` is always 1.',
  autoChannels:
    'The system makes dy and sy channels by connecting or posting to them; an application’s users do not: 40603.',
  missingGroup: 'A gr channel of a group that one is not in is unknown: 40603, never 40346.',
  leavingGroups:
    'CHANNEL_DISCONNECT from a gr channel ends what the session hears, not the membership.',
  leavingElsewhere: 'What one session of a user leaves, his other sessions still hear.',
  listeners:
    '`listenerCount` is `memberCount`: whoever has connected, also while he has no socket.',
  badLimit: 'A negative `maxReturn` is 40660.',
  unrecorded:
    'What is not to be recorded is told once more when its packet comes again and was not remembered.',
  recipients: 'Unknown recipients are passed over; where nobody is left it is 40660.',
  unknownBox: 'Another box than inbox and sent is 40660.',
  readMark: 'GET_MESSAGES shows `read` as it was before, and heeds `markAsRead` only.',
  pages: 'A page before the first is the first; one after the last is empty.',
  patterns: '`$regex` knows `^`, `$` and `.*`; `$type` and `$elemMatch` are 40384.',
  systemReplies:
    'SYS_SEND_MESSAGE answers `{requested, actual, msgId}`, SYS_GET_MESSAGES `{requested, actual, items}`, SYS_DELETE_CHANNEL `{}`.',
  systemMissing:
    'SYS_DELETE_MESSAGE of what is not there is 40595; SYS_UPDATE_MESSAGE answers `actual` 0.',
  inProgress:
    'A packet that is being carried out, and any while the database is away, is HTTP 503 with 40606.',
  oldPackets: 'A packet before the last one is 40605.',
  wrongSecret: 'CONNECT with another’s secret or profile is 40209.',
  pushes:
    'Of messages only their arrival is pushed; of sockets that are cut each is told why, before.',
  events:
    'SEND tells whoever is there and keeps nothing; who may not write to him may not send him events: 40660. It stops one’s typing there.',
  empty:
    'Friends and presence are empty, `script.RUN` answers `{}`, lobbies are switched off: 40601.',
} as const;
