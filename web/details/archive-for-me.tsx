import type { RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { useAction } from '../ui/use-action.ts';

/** Archives a conversation for the member until its next message, or restores it. */
export function ArchiveForMe({ room }: { room: RoomRow }) {
  const { api } = useClient();
  const isArchived = room.is_archived === 1;
  const { run, isRunning, failure } = useAction(() =>
    api.chat.change_status({
      entity_id: room.entity_id,
      status: isArchived ? 'active' : 'archived',
    }),
  );
  if (room.last_message_id === null && !isArchived) return undefined;
  return (
    <>
      <button type="button" disabled={isRunning} onClick={() => void run()}>
        {t(isArchived ? 'details.restore' : 'details.archive')}
      </button>
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}
