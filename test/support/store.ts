import { type CallByName, createCall } from '../../client/calls/client.ts';
import { createTokens } from '../../client/calls/token.ts';
import { type ChatSocket, openSocket } from '../../client/connect.ts';
import type { Feed } from '../../client/store/feed.ts';
import { createStore, type OpenWindow, type Store } from '../../client/store/store.ts';
import type { WindowView } from '../../client/store/window.ts';
import { openTabs } from '../../client/tabs/tabs.ts';
import { app } from './app.ts';
import type { Member } from './hub.ts';
import { eventually } from './wait.ts';

/** A member's store, which follows the events of a socket. */
export interface LiveStore extends Disposable {
  store: Store;
  socket: ChatSocket;
  feed: Feed;
  /** The names of the methods that it has called. */
  calls: string[];
}

/** Opens a member's store, through this address, and waits until it is live. */
export async function openStore(
  { id: userId, hubId, token }: Member,
  url = app().url,
): Promise<LiveStore> {
  const options = { url, hubId, token, retryForMs: 200 };
  const tokens = createTokens(options);
  const byName = createCall(options, tokens);
  const calls: string[] = [];
  const call: CallByName = (method, ...rest) => {
    calls.push(method);
    return byName(method, ...rest);
  };
  const { store, feed, close } = createStore({ call, userId });
  const sockets: ChatSocket[] = [];
  const open = (since: number | undefined): ChatSocket => {
    const socket = openSocket({ ...options, tokens, since });
    sockets.push(socket);
    return socket;
  };
  const tabs = openTabs({ name: `${hubId} ${userId}`, feed, openSocket: open });
  await eventually(() => tabs.state.getSnapshot() === 'live' && store.isSettled);
  const socket = sockets[0] as ChatSocket;
  const end = (): void => {
    tabs.close();
    close();
  };
  return { store, socket, feed, calls, [Symbol.dispose]: end };
}

/** Returns what a window shows once everything that was asked for has been read. */
export async function settled(store: Store, { view }: OpenWindow): Promise<WindowView> {
  await eventually(() => store.isSettled);
  return view.getSnapshot();
}
