import { useDeferredValue, useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { t } from '../../i18n/translate.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useAction } from '../../ui/use-action.ts';
import { useReading } from '../../ui/use-reading.ts';
import { useParticipants } from '../use-group.ts';

interface AddMembersProps {
  room: RoomRow;
  onClose(): void;
}

/** Chooses members of the hub to add to a group. */
export function AddMembers({ room, onClose }: AddMembersProps) {
  const { api } = useClient();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { value: present } = useParticipants(room);
  const { run, isRunning, failure } = useAction(() =>
    api.room.add({ entity_id: room.entity_id, user_ids: [...chosen] }),
  );
  const key = useDeferredValue(search.trim());
  const people = useReading(key, (signal) =>
    api.contact.list(key === '' ? {} : { key }, { signal }),
  );
  const isInside = new Set(present?.map(({ user_id }) => user_id));
  const shown = people.value?.filter(({ id, is_blocked }) => !is_blocked && !isInside.has(id));

  function toggle(id: string): void {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  }

  return (
    <Dialog title={t('details.addMembers')} className="people" onClose={onClose}>
      <input
        type="search"
        aria-label={t('details.findPeople')}
        placeholder={t('details.findPeople')}
        value={search}
        dir="auto"
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul className="choices" aria-busy={shown === undefined}>
        {shown?.map(({ id, surname }) => (
          <li key={id}>
            <label className="member">
              <input type="checkbox" checked={chosen.has(id)} onChange={() => toggle(id)} />
              <Avatar id={id} name={surname} size={30} />
              <span className="name" dir="auto">
                {surname}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {shown?.length === 0 && <p className="aside">{t('details.nobody')}</p>}
      {(failure ?? people.failure) && (
        <p className="failure" role="alert">
          {failure ?? people.failure}
        </p>
      )}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={isRunning || chosen.size === 0}
          onClick={async () => {
            if (await run()) onClose();
          }}
        >
          {t('details.addCount', { count: chosen.size })}
        </button>
      </footer>
    </Dialog>
  );
}
