import { useEffect, useMemo, useState } from 'react';
import { useClient, useMembers } from '../../../client/react.ts';
import { useSession } from '../../session-context.ts';
import type { Mentionable } from './mentions.ts';

/** Participants of one page. */
const pageSize = 1000;

const noIds: readonly string[] = [];

/** Returns who can be mentioned in a conversation; they are read once they are wanted. */
export function useMentionable(
  entityId: string,
  isGroup: boolean,
  isWanted: boolean,
): readonly Mentionable[] {
  const { api, store } = useClient();
  const { userId: me } = useSession().identity;
  const [participants, setParticipants] = useState<readonly Mentionable[]>([]);
  const isReading = isWanted && isGroup;
  useEffect(() => {
    if (!isReading) return;
    const abort = new AbortController();
    const { signal } = abort;
    async function read(): Promise<void> {
      const all: Mentionable[] = [];
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: Awaited<ReturnType<typeof api.room.participants>> = await api.room.participants(
          { entity_id: entityId, limit: pageSize, ...(after ? { after } : {}) },
          { signal },
        );
        all.push(...page.map(({ user_id, surname }) => ({ id: user_id, name: surname })));
        after = page.length < pageSize ? undefined : page.at(-1)?.cursor;
      }
      setParticipants(all);
    }
    // Without them there is no completion.
    const start = (): void => void read().catch(() => {});
    start();
    const end = store.onEvents((events) => {
      const isOther = ({ name }: { name: string }) => name === 'room.add' || name === 'room.remove';
      if (events.some((event) => isOther(event) && event.entity_id === entityId)) start();
    });
    return () => {
      end();
      abort.abort();
    };
  }, [api, store, entityId, isReading]);

  const members = useMembers(isWanted && !isGroup ? [entityId] : noIds);
  return useMemo(() => {
    if (isGroup) return participants.filter(({ id, name }) => id !== me && name !== '');
    const peer = members.get(entityId);
    return peer ? [{ id: entityId, name: peer.surname }] : [];
  }, [isGroup, participants, members, entityId, me]);
}
