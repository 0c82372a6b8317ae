/** React hooks over a chat; React 18 or later. */
import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Chat, ChatMessage, Conversation } from './chat.ts';
import type { Counters } from './contract.ts';
import type { Draft } from './kept/draft.ts';
import type { ConversationDraft } from './kept/drafts.ts';
import type { OutboxItem } from './outbox/types.ts';
import type { ConversationsView, ListName } from './store/conversations.ts';
import type { KnownMembers } from './store/members.ts';
import type { Observable } from './store/observable.ts';
import type { WindowView } from './store/window.ts';

const ChatContext = createContext<Chat | undefined>(undefined);

/** Gives the chat to the hooks of all components inside. */
export const ChatProvider = ({ chat, children }: { chat: Chat; children?: ReactNode }) =>
  createElement(ChatContext.Provider, { value: chat }, children);

/** Returns the chat of the provider around this component. */
export function useClient(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('useClient needs a ChatProvider around it.');
  return chat;
}

/** Returns the value, and renders again when it changes. */
export const useObservable = <T>({ subscribe, getSnapshot }: Observable<T>): T =>
  useSyncExternalStore(subscribe, getSnapshot, getSnapshot);

export interface Conversations extends ConversationsView {
  loadMore(): Promise<void>;
}

/** Returns the member's conversations, latest activity first. */
export function useConversations(list: ListName = 'active'): Conversations {
  const { store } = useClient();
  const view = useObservable(store.conversations(list));
  return { ...view, loadMore: () => store.loadMoreConversations(list) };
}

export interface OpenConversation
  extends Pick<Conversation, 'loadOlder' | 'loadNewer' | 'jump' | 'markRead' | 'send'>,
    Omit<WindowView, 'rows'> {
  /** Oldest first, with what is being sent at the end. */
  messages: readonly ChatMessage[];
}

/**
 * Opens a conversation while the component is mounted, at the first unread or the newest message.
 * Undefined at the first rendering, and on a server.
 */
export function useConversation(
  entityId: string,
  at: 'unread' | 'newest' = 'unread',
): OpenConversation | undefined {
  const chat = useClient();
  const [opened, setOpened] = useState<Conversation>();
  useEffect(() => {
    const conversation = chat.open(entityId, at);
    setOpened(conversation);
    return () => {
      setOpened(undefined);
      conversation.close();
    };
  }, [chat, entityId, at]);
  const view = useObservable(opened?.view ?? nothing);
  const messages = useObservable(opened?.messages ?? noMessages);
  if (!opened || view?.entityId !== entityId) return undefined;
  const { rows: _, ...state } = view;
  const { loadOlder, loadNewer, jump, markRead, send } = opened;
  return { ...state, messages, loadOlder, loadNewer, jump, markRead, send };
}

const constant = <T>(value: T): Observable<T> => ({
  subscribe: () => () => {},
  getSnapshot: () => value,
});
const nothing = constant<WindowView | undefined>(undefined);
const noMessages = constant<readonly ChatMessage[]>([]);

/** Returns the unread messages over all conversations; undefined until they are known. */
export const useUnread = (): Counters | undefined => useObservable(useClient().store.counters);

/** Returns the ids of users who are typing in a conversation. */
export const useTyping = (entityId: string): readonly string[] =>
  useObservable(useClient().store.typing(entityId));

export interface WrittenDraft {
  draft: Draft | undefined;
  set: ConversationDraft['set'];
}

/** Returns what the user has written in a conversation, and not sent yet. */
export function useDraft(entityId: string): WrittenDraft {
  const { view, set } = useClient().draft(entityId);
  return { draft: useObservable(view), set };
}

export interface Upload {
  /** The part of all bytes that is uploaded, from 0 to 1. */
  progress: number;
  /** Removes the message with its files. */
  cancel(): Promise<void>;
}

/** Returns how far the files of a message are, which waits in the outbox; undefined for others. */
export function useUpload(key: string): Upload | undefined {
  const { outbox } = useClient();
  const items = useObservable(
    useMemo(() => ({ subscribe: outbox.subscribe, getSnapshot: () => outbox.items }), [outbox]),
  );
  const item = items.find(({ id }) => id === key);
  if (!item || item.files.length === 0) return undefined;
  return { progress: progressOf(item), cancel: () => outbox.discard(key) };
}

function progressOf({ files }: OutboxItem): number {
  const sum = (partOf: (file: OutboxItem['files'][number]) => number): number =>
    files.reduce((total, file) => total + partOf(file) * file.size, 0);
  const bytes = sum(() => 1);
  return bytes === 0 ? 1 : sum(({ progress }) => progress) / bytes;
}

/** Returns those of these users who are members of the hub, as far as they are known. */
export function useMembers(userIds: readonly string[]): KnownMembers {
  const { store } = useClient();
  const list = userIds.join(' ');
  useEffect(() => void store.members(list === '' ? [] : list.split(' ')), [store, list]);
  return useObservable(store.members([]));
}
