import { createContext, useContext } from 'react';
import type { ShownMessage } from '../../../client/index.ts';
import { useObservable } from '../../../client/react.ts';
import type { Observable } from '../../../client/store/observable.ts';
import { allows } from '../../ui/privilege.ts';

/** What a member can do with a message. */
export type Tool =
  | ('react' | 'reply' | 'edit' | 'forward' | 'pin' | 'unpin' | 'delete' | 'thread' | 'more')
  | ('unread' | 'copy');

/** What the messages of a conversation share. The object stays the same. */
export interface MessageActions {
  entityId: string;
  /** Begins what the tool does; `anchor` is where popups open. */
  run(tool: Tool, row: ShownMessage, anchor: HTMLElement): void;
  /** The id of the message that is being edited. */
  editing: Observable<string | undefined>;
  endEditing(): void;
  toggleReaction(row: ShownMessage, emoji: string): void;
  /** Shows another message of the conversation. */
  show(messageId: string): void;
  /** Shows an image large. */
  view(row: ShownMessage, nid: string): void;
}

export const MessageActionsContext = createContext<MessageActions | undefined>(undefined);

/** Returns the actions of the conversation around this component. */
export function useMessageActions(): MessageActions {
  const actions = useContext(MessageActionsContext);
  if (!actions) throw new Error('useMessageActions needs a MessageActionsContext around it.');
  return actions;
}

/** Returns whether a message is being edited; only its row renders again when that changes. */
export function useIsEditing(messageId: string | undefined): boolean {
  const { editing } = useMessageActions();
  return useObservable({
    subscribe: editing.subscribe,
    getSnapshot: () => messageId !== undefined && editing.getSnapshot() === messageId,
  });
}

/** Returns whether a message is the member's own, and not one that the system posted for them. */
export const isOwn = ({ author_id, from }: ShownMessage, me: string): boolean =>
  author_id === me && !from;

/** Returns whether a member may delete a message for everyone. */
export const mayDeleteForAll = (row: ShownMessage, me: string, privilege: number): boolean =>
  row.author_id === me || allows(privilege, 'delete');
