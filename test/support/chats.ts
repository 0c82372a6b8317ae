import { IDBObjectStore } from 'fake-indexeddb';
import { type Chat, openChat } from '../../client/index.ts';
import { app } from './app.ts';
import type { Member } from './hub.ts';
import { useOutboxes } from './outbox.ts';
import { eventually } from './wait.ts';

export interface Chats {
  /** Opens the chat of a member, as another tab would; it is closed after the test. */
  open(member: Member, url?: string): Promise<Chat>;
  /** The same, and waits until it shows what the service has. */
  openLive(member: Member, url?: string): Promise<Chat>;
}

const { put } = IDBObjectStore.prototype;

/** Gives the tests of a suite chats, and a browser's storage, which is empty for each test. */
export function useChats(): Chats {
  let opened: Chat[] = [];
  afterEach(async () => {
    // A test may have replaced it.
    IDBObjectStore.prototype.put = put;
    for (const chat of opened) await chat.close();
    opened = [];
  });
  useOutboxes();
  async function open({ hubId, id: userId, token }: Member, url = app().url): Promise<Chat> {
    const chat = await openChat({ url, hubId, userId, token, retryForMs: 0 });
    opened.push(chat);
    return chat;
  }
  return {
    open,
    async openLive(member, url) {
      const chat = await open(member, url);
      await eventually(() => chat.connection.getSnapshot() === 'live' && chat.store.isSettled);
      return chat;
    },
  };
}
