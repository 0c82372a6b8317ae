import { type FormEvent, useState } from 'react';
import { randomId } from '../../../client/random-id.ts';
import { useClient } from '../../../client/react.ts';
import { t } from '../../i18n/translate.ts';
import { navigate } from '../../route.ts';
import { useAction } from '../../ui/use-action.ts';
import { MemberPicker, type PickedMember } from './member-picker.tsx';

/** Characters of a name. */
const longestName = 255;

/** The form of a new group room. */
export function NewGroup({ onClose }: { onClose: () => void }) {
  const { api } = useClient();
  const [name, setName] = useState('');
  const [visibility, setVisibility] = useState<'private' | 'public'>('private');
  const [members, setMembers] = useState<readonly PickedMember[]>([]);
  // The same for each attempt, so that a second one does not make a second room.
  const [echoId] = useState(randomId);
  const { run, isRunning, failure } = useAction(async () => {
    const user_ids = members.map(({ id }) => id);
    const room = await api.room.create({ name: name.trim(), visibility, user_ids, echoId });
    onClose();
    navigate({ entityId: room.entity_id });
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name.trim() !== '') void run();
  }

  return (
    <form className="new-group" onSubmit={submit}>
      <label>
        {t('new.name')}
        <input
          data-autofocus
          dir="auto"
          required
          maxLength={longestName}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <MemberPicker label={t('new.members')} picked={members} onChange={setMembers} />
      <fieldset className="choice">
        <legend>{t('new.visibility')}</legend>
        {(['private', 'public'] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="visibility"
              checked={one === visibility}
              onChange={() => setVisibility(one)}
            />
            {t(`new.${one}`)}
          </label>
        ))}
      </fieldset>
      {failure !== undefined && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button type="submit" className="button primary" disabled={isRunning || name.trim() === ''}>
          {t('new.create')}
        </button>
      </footer>
    </form>
  );
}
