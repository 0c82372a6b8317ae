import { useClient } from '../../../client/react.ts';
import { navigate } from '../../route.ts';
import { useSession } from '../../session-context.ts';
import { type Action, useAction } from '../../ui/use-action.ts';

/** Joins a public room, then opens it. */
export function useJoin(done: () => void): Action<[entityId: string]> {
  const { api } = useClient();
  const { identity } = useSession();
  return useAction(async (entityId: string) => {
    await api.room.add({ entity_id: entityId, user_id: identity.userId });
    done();
    navigate({ entityId });
  });
}
