import { useEffect, useState } from 'react';
import { CallError, type RoomRow } from '../../client/index.ts';
import { useClient, useConversations } from '../../client/react.ts';

/**
 * Returns the row of a conversation: of the lists where it is there, or else as the service has it;
 * `missing` if the member has no such conversation, undefined until it is known.
 */
export function useRoom(entityId: string): RoomRow | 'missing' | undefined {
  const { api } = useClient();
  const [active, archived] = [useConversations('active'), useConversations('archived')];
  const [read, setRead] = useState<RoomRow | 'missing'>();
  const listed = [...active.rows, ...archived.rows].find(({ entity_id }) => entity_id === entityId);
  const isUnlisted = listed === undefined && !active.isLoading;
  useEffect(() => {
    if (!isUnlisted) return;
    const abort = new AbortController();
    const { signal } = abort;
    api.chat.chat_room_info({ key: entityId }, { signal }).then(setRead, (error: unknown) => {
      if (error instanceof CallError && error.code === 'ROOM_NOT_FOUND') setRead('missing');
    });
    return () => abort.abort();
  }, [api, entityId, isUnlisted]);
  return listed ?? read;
}
