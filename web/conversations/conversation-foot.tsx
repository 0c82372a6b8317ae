import type { RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { Composer } from '../composer/composer.tsx';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { allows } from '../ui/privilege.ts';
import { useAction } from '../ui/use-action.ts';
import { useReading } from '../ui/use-reading.ts';
import { isGroup, nameOf } from './name.ts';

/** The composer, or a bar that says why the member cannot write. */
export function ConversationFoot({ room }: { room: RoomRow }) {
  if (room.is_blocked) return <BlockedBar room={room} />;
  if (room.is_archived) return <ArchivedBar room={room} />;
  return <Composer entityId={room.entity_id} name={nameOf(room)} isGroup={isGroup(room)} />;
}

function BlockedBar({ room }: { room: RoomRow }) {
  const { api } = useClient();
  const unblock = useAction(() => api.contact.unblock({ entity_id: room.entity_id }));
  return (
    <Bar
      text={t('conversation.blocked', { name: nameOf(room) })}
      action={t('conversation.unblock')}
      {...unblock}
    />
  );
}

function ArchivedBar({ room }: { room: RoomRow }) {
  const { api } = useClient();
  const info = useRoomInfo(room);
  const { userId, privilege } = useSession().identity;
  const isForAll = info?.is_archived === 1;
  const mayRestore = !isForAll || allows(privilege, 'admin') || info.owner_ids.includes(userId);
  const restore = useAction(() =>
    api.chat.change_status({
      entity_id: room.entity_id,
      status: 'active',
      ...(isForAll ? { for: 'all' } : {}),
    }),
  );
  if (info === undefined) return <div className="composer-bar" aria-busy="true" />;
  return (
    <Bar
      text={t(isForAll ? 'conversation.archivedForAll' : 'conversation.archivedForMe')}
      action={mayRestore ? t('conversation.restore') : undefined}
      {...restore}
    />
  );
}

type Info = { is_archived: 0 | 1; owner_ids: readonly string[] };
const ofContacts: Info = { is_archived: 0, owner_ids: [] };

/** Returns whether a room is archived for everyone, and its owners; undefined until it is known. */
function useRoomInfo(room: RoomRow): Info | undefined {
  const { api } = useClient();
  const { entity_id } = room;
  const { value, failure } = useReading<Info>(
    entity_id,
    async (signal) => (isGroup(room) ? api.room.info({ entity_id }, { signal }) : ofContacts),
    (event) => event.name === 'chat.change_status' && event.entity_id === entity_id,
  );
  // Without an answer, the member's own state is what is known.
  return value ?? (failure === undefined ? undefined : ofContacts);
}

interface BarProps {
  text: string;
  action: string | undefined;
  isRunning: boolean;
  failure: string | undefined;
  run(): Promise<boolean>;
}

const Bar = ({ text, action, isRunning, failure, run }: BarProps) => (
  <div className="composer-bar">
    <p>{text}</p>
    {action !== undefined && (
      <button type="button" className="button" disabled={isRunning} onClick={() => void run()}>
        {action}
      </button>
    )}
    <div role="alert">{failure !== undefined && <p className="failure">{failure}</p>}</div>
  </div>
);
