import type { AnyEvent, Participant, RoomInfo, RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { useSession } from '../session-context.ts';
import { allows } from '../ui/privilege.ts';
import { type Reading, useReading } from '../ui/use-reading.ts';

/** The most that one call of room.participants returns. */
const mostParticipants = 1000;

const changesGroup = (entityId: string) => (event: AnyEvent) =>
  event.entity_id === entityId &&
  (event.name.startsWith('room.') || event.name === 'chat.change_status');

/** Returns what the service says of a group room. */
export function useGroup({ entity_id: entityId }: RoomRow): Reading<RoomInfo> {
  const { api } = useClient();
  return useReading(
    entityId,
    (signal) => api.room.info({ entity_id: entityId }, { signal }),
    changesGroup(entityId),
  );
}

/** Returns the participants in the order they joined; `limit`: so many at most. */
export function useParticipants(
  { entity_id: entityId }: RoomRow,
  limit?: number,
): Reading<readonly Participant[]> {
  const { api } = useClient();
  async function read(signal: AbortSignal): Promise<Participant[]> {
    const rows: Participant[] = [];
    for (;;) {
      const after = rows.at(-1)?.cursor;
      const params = { entity_id: entityId, limit: limit ?? mostParticipants };
      const page = await api.room.participants(after ? { ...params, after } : params, { signal });
      rows.push(...page);
      if (limit !== undefined || page.length < mostParticipants) return rows;
    }
  }
  return useReading(`${entityId} ${limit}`, read, changesGroup(entityId));
}

/** What the member may do in a group room. */
export interface Rights {
  /** To change its name and description, and to add members. */
  mayEdit: boolean;
  /** To change its owners and visibility. */
  mayManage: boolean;
  /** To remove others, to archive it for everyone, and to delete it. */
  mayClose: boolean;
}

/** Returns what the member may do; nothing of it until the room is known. */
export function useRights(info: RoomInfo | undefined): Rights {
  const { identity } = useSession();
  const mayWrite = allows(identity.privilege, 'write') && info !== undefined;
  const isOwner = info?.owner_ids.includes(identity.userId) ?? false;
  const mayClose = mayWrite && (isOwner || allows(identity.privilege, 'admin'));
  const isOpen = info?.is_archived === 0;
  return { mayEdit: mayWrite && isOpen, mayManage: mayClose && isOpen, mayClose };
}
