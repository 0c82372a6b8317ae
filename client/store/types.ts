import type { CallResult, MethodName } from '../calls/types.ts';
import type {
  AnyEvent,
  EventData,
  MessageData,
  MessageFile,
  MessageRow,
  StagedFile,
} from '../contract.ts';
import type { OutboxItem, OutboxState } from '../outbox/types.ts';

export type { AnyEvent, Counters, Participant, Ready, RoomRow } from '../contract.ts';
export type CallResultOf<N extends MethodName> = CallResult<N>;

export type Member = CallResultOf<'hub.members'>[number];

/** A message as it is shown. Files of a new one have no links yet. */
export type ShownMessage = Omit<MessageRow, 'files'> & {
  files: readonly (StagedFile | MessageFile)[];
  /** The idempotency key of the post: of own messages, and where its event has been received. */
  echoId?: string | undefined;
};

/** The data of an event whose message still exists. */
export type Living<N extends keyof EventData> = Exclude<
  EventData[N],
  { deleted: 1; author_id?: never }
>;

/** Whether the message of an event was deleted before it was received. */
export const isGone = ({ name, data }: AnyEvent): boolean =>
  'deleted' in data && name !== 'chat.delete';

export type { MessageData, MessageRow, OutboxItem, OutboxState };

/** The newest messages of a conversation, oldest first, as they are kept in this browser. */
export interface KeptMessages {
  rows: readonly ShownMessage[];
  /** The ordinal of the newest one, which may be deleted. */
  lastOrdinal: number;
}
