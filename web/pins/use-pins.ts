import { useEffect, useState } from 'react';
import type { AnyEvent, Pin } from '../../client/index.ts';
import { useClient, useObservable } from '../../client/react.ts';

const none: readonly Pin[] = [];

/** Returns the pinned messages of a conversation, the last pinned first, as events change them. */
export function usePins(entityId: string): readonly Pin[] {
  const { api, store, connection } = useClient();
  const isLive = useObservable(connection) === 'live';
  const [pins, setPins] = useState(none);
  useEffect(() => {
    if (!isLive) return;
    let abort = new AbortController();
    let ids = new Set<string>();
    async function read(): Promise<void> {
      abort.abort();
      abort = new AbortController();
      const { signal } = abort;
      const found = await api.chat.pins({ entity_id: entityId }, { signal }).catch(() => undefined);
      if (!found || signal.aborted) return;
      ids = new Set(found.map(({ message_id }) => message_id));
      setPins(found);
    }
    void read();
    const end = store.onEvents((events) => {
      if (events.some((event) => event.entity_id === entityId && mayChange(event, ids)))
        void read();
    });
    return () => {
      end();
      abort.abort();
    };
  }, [api, store, entityId, isLive]);
  return pins;
}

/** Whether an event may change what is shown of these pins. */
function mayChange({ name, data }: AnyEvent, ids: ReadonlySet<string>): boolean {
  if (name === 'chat.pin' || name === 'chat.unpin') return true;
  if (name === 'room.purge') return ids.size > 0;
  const isChange = name === 'chat.edit' || name === 'chat.delete';
  return isChange && ids.has((data as { message_id: string }).message_id);
}
