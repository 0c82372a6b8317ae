/** The numbers of the contract: declarations, handlers, error texts and docs take them from here. */

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
