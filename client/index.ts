export { type ClientOptions, createClient } from './calls/client.ts';
export { CallError, ConnectionError, isRefusal } from './calls/errors.ts';
export type {
  CallFailure,
  CallOptions,
  CallParams,
  CallResult,
  Client,
  ErrorCode,
  MethodName,
} from './calls/types.ts';
export {
  type Chat,
  type ChatMessage,
  type ChatOptions,
  type Conversation,
  openChat,
} from './chat.ts';
export { type ChatSocket, connect } from './connect.ts';
export type * from './contract.ts';
export type { Draft, DraftFile } from './kept/draft.ts';
export type { ConversationDraft } from './kept/drafts.ts';
export type { Outbox, OutboxFile, OutboxItem, OutboxState, Outgoing } from './outbox/types.ts';
export type { ConversationsView, ListName } from './store/conversations.ts';
export type { Place } from './store/history.ts';
export type { Observable } from './store/observable.ts';
export { createStore, type OpenWindow, type Store } from './store/store.ts';
export type { ShownMessage } from './store/types.ts';
export type { WindowView } from './store/window.ts';
export type { ConnectionState } from './tabs/tabs.ts';
