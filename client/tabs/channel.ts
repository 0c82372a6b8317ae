/** Messages between the tabs of a browser; there are none where it has no BroadcastChannel. */
export interface Channel<T> {
  post(message: T): void;
  listen(listener: (message: T) => void): void;
  close(): void;
}

export function openChannel<T>(name: string): Channel<T> {
  let channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
  return {
    // What a tab has begun may end after the tab: a closed channel would throw.
    post: (message) => channel?.postMessage(message),
    listen(listener) {
      if (channel) channel.onmessage = ({ data }: MessageEvent<T>) => listener(data);
    },
    close() {
      channel?.close();
      channel = undefined;
    },
  };
}
