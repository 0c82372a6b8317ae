export interface DraftText {
  text: string;
  /** The message that it answers. */
  replyTo?: string | undefined;
  mentionIds?: readonly string[] | undefined;
}

export interface DraftFile {
  name: string;
  /** In bytes. */
  size: number;
  type: string;
  blob: Blob;
}

/** What a user has written in a conversation, and not sent yet. */
export interface Draft extends DraftText {
  files?: readonly DraftFile[] | undefined;
}
