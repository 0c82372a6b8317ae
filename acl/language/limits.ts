/* The numbers of the contract, for declarations, handlers, error texts and docs. */

/** Pinned messages of one conversation. */
export const maxPins = 5;
/** Different emoji on one message. */
export const maxEmoji = 20;
/** Rows of one page of a list, unless the call says otherwise. */
export const pageRows = 45;
/** Files of one page of chat.attachment. */
export const pageFiles = 5;
/** Messages that one chat.forward may write: messages times conversations. */
export const maxForwardedCopies = 1000;
/** Bytes of text, in UTF-8, that one chat.forward may write in all its copies. */
export const maxForwardedBytes = 4 * 1024 * 1024;
/** Participants of a room up to which everyone in it receives read receipts. */
export const receiptAudience = 100;
/** Bytes of JSON in a message of a channel. */
export const maxChannelContentBytes = 16 * 1024;
/** Days without a message after which a dynamic channel is deleted, unless it sets its own. */
export const dynamicChannelDays = 30;
/** Bytes of JSON in a message of a box. */
export const maxMailContentBytes = 64 * 1024;
/** Levels of nesting in a message of a box: MariaDB's JSON functions search no deeper than 32. */
export const maxMailContentDepth = 30;
/** Characters of the `context` that messaging.page returns and messaging.page_offset takes. */
export const maxPageContext = 10_000;
/** Characters of a message. */
export const maxMessageLength = 10_000;
/** Characters of a name of a room, hub, key or sender. */
export const maxNameLength = 255;
/** Characters of a user's first or last name. */
export const maxPersonNameLength = 100;
/** Characters of a description or a URL. */
export const maxDescriptionLength = 2000;
/** Rows that a numbered page may skip; what is further is read from a cursor. */
export const maxSkippedRows = 10_000;
/** Most rows of one page of messages or rooms. */
export const maxPageRows = 100;
/** Most rows of one page of members, participants or contacts. */
export const maxPeopleRows = 1000;
/** Ids of messages, files, rooms or tags in one call. */
export const maxIds = 100;
/** Ids of users in one call that adds, removes or addresses them. */
export const maxUserIds = 1000;
/** Conversations that one chat.forward may name. */
export const maxForwardTargets = 50;
/** Users listed for each emoji on a message. */
export const maxReactionUsers = 20;
/** Messages that channel.connect and channel.recent return at most. */
export const maxChannelRows = 250;
/** Messages that channel.connect and channel.recent return, unless the call says otherwise. */
export const channelRows = 25;
/** Most messages that a channel may be set to keep. */
export const maxChannelHistory = 10_000;
/** Messages that a channel keeps, unless it sets its own number. */
export const channelHistory = 250;
/** Hours after which an uploaded file that was not sent is removed. */
export const stagedFileHours = 48;

/** How long the token that session.renew replaces is valid. */
export const oldTokenSeconds = 60;
/** After the log-in, a session by password can be renewed for this long. */
export const passwordSessionDays = 90;
