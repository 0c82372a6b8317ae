import { useEffect, useState } from 'react';
import type { CallResult, RoomRow, ShownMessage } from '../../../client/index.ts';
import { useClient, useConversations } from '../../../client/react.ts';
import { t } from '../../i18n/translate.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { notify } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';

/** As many as one call forwards to. */
const most = 50;

interface Target {
  entityId: string;
  name: string;
  isRoom: boolean;
}

interface ForwardDialogProps {
  row: ShownMessage;
  onClose(): void;
}

/** Lets the member choose the conversations that a message is copied to. */
export function ForwardDialog({ row, onClose }: ForwardDialogProps) {
  const { api } = useClient();
  const [key, setKey] = useState('');
  const [chosen, setChosen] = useState<ReadonlyMap<string, Target>>(new Map());
  const found = useTargets(key.trim());
  const { run, isRunning, failure } = useAction(async () => {
    const entities = [...chosen.keys()];
    await api.chat.forward({ entities, nodes: { messages: [row.message_id] } });
    notify(t('forward.done', { count: entities.length }));
    onClose();
  });
  const shown = [
    ...[...chosen.values()].filter(
      ({ entityId }) => !found?.some((one) => one.entityId === entityId),
    ),
    ...(found ?? []),
  ];

  function toggle(target: Target): void {
    const next = new Map(chosen);
    if (!next.delete(target.entityId)) next.set(target.entityId, target);
    setChosen(next);
  }

  return (
    <Dialog title={t('forward.title')} className="forward" onClose={onClose}>
      <input
        type="search"
        aria-label={t('forward.search')}
        placeholder={t('forward.search')}
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <ul className="targets" aria-label={t('conversations.title')} aria-busy={found === undefined}>
        {shown.map((target) => (
          <TargetRow
            key={target.entityId}
            {...{ target }}
            isChosen={chosen.has(target.entityId)}
            isFull={chosen.size >= most}
            onToggle={() => toggle(target)}
          />
        ))}
      </ul>
      {found?.length === 0 && chosen.size === 0 && <p className="hint">{t('forward.none')}</p>}
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={chosen.size === 0 || isRunning}
          onClick={() => void run()}
        >
          {t('forward.submit', { count: chosen.size })}
        </button>
      </footer>
    </Dialog>
  );
}

interface TargetRowProps {
  target: Target;
  isChosen: boolean;
  isFull: boolean;
  onToggle(): void;
}

const TargetRow = ({ target, isChosen, isFull, onToggle }: TargetRowProps) => (
  <li>
    <label className="option">
      <input
        type="checkbox"
        checked={isChosen}
        disabled={isFull && !isChosen}
        onChange={onToggle}
      />
      <Avatar id={target.entityId} name={target.name} isRoom={target.isRoom} size={30} />
      <span className="name" dir="auto">
        {target.name}
      </span>
    </label>
  </li>
);

/** The pause after the last key before the service is asked, in milliseconds. */
const typingMs = 200;

/** Returns where messages can go: the latest conversations, or those and the members of a name. */
function useTargets(key: string): readonly Target[] | undefined {
  const { api } = useClient();
  const latest = useConversations().rows.filter(isOpen).map(ofRoom);
  const [found, setFound] = useState<{ key: string; targets: readonly Target[] }>();
  useEffect(() => {
    if (key === '') return;
    const abort = new AbortController();
    const { signal } = abort;
    const timer = setTimeout(async () => {
      const [rooms, people] = await Promise.all([
        api.chat.chat_rooms({ key, option: 'all' }, { signal }),
        api.contact.list({ key, limit: 20 }, { signal }),
      ]).catch(() => [[], []]);
      const known = new Set(rooms.map(({ entity_id }) => entity_id));
      const others = people.filter(({ id, is_blocked }) => !known.has(id) && is_blocked === 0);
      if (!signal.aborted)
        setFound({ key, targets: [...rooms.filter(isOpen).map(ofRoom), ...others.map(ofPerson)] });
    }, typingMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, key]);
  if (key === '') return latest;
  return found?.key === key ? found.targets : undefined;
}

const isOpen = ({ is_blocked }: RoomRow): boolean => is_blocked === 0;

const ofRoom = ({ entity_id, display, flag }: RoomRow): Target => ({
  entityId: entity_id,
  isRoom: flag === 'share',
  name: display || t('conversation.unnamed'),
});

const ofPerson = ({ id, surname }: CallResult<'contact.list'>[number]): Target => ({
  entityId: id,
  name: surname,
  isRoom: false,
});
