import { type FormEvent, useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { t } from '../../i18n/translate.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { useAction } from '../../ui/use-action.ts';
import { useTags } from '../list/use-tags.ts';
import { nameOf } from '../name.ts';

/** Characters of a name. */
const longestName = 255;

/** Chooses the tags of a conversation, and makes new ones. */
export function TagDialog({ room, onClose }: { room: RoomRow; onClose: () => void }) {
  const { api } = useClient();
  const tags = useTags();
  const [chosen, setChosen] = useState(room.tag_ids);
  const [name, setName] = useState('');
  const assign = useAction(async (tag_ids: string[]) => {
    setChosen(tag_ids);
    await api.tag.assign({ entity_id: room.entity_id, tag_ids }).catch((error: unknown) => {
      setChosen(chosen);
      throw error;
    });
  });
  const create = useAction(async () => {
    const { tag_id } = await api.tag.create({ name: name.trim() });
    setName('');
    await assign.run([...chosen.filter((id) => id !== tag_id), tag_id]);
  });
  const failure = assign.failure ?? create.failure;

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name.trim() !== '') void create.run();
  }

  return (
    <Dialog title={t('tags.title', { name: nameOf(room) })} onClose={onClose}>
      {tags.length > 0 && (
        <fieldset className="choice list">
          <legend className="hidden-text">{t('tags.title', { name: nameOf(room) })}</legend>
          {tags.map(({ tag_id, tag_name }) => (
            <label key={tag_id}>
              <input
                type="checkbox"
                checked={chosen.includes(tag_id)}
                onChange={({ target }) => {
                  const others = chosen.filter((id) => id !== tag_id);
                  void assign.run(target.checked ? [...others, tag_id] : others);
                }}
              />
              <span dir="auto">{tag_name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <form className="inline-form" onSubmit={submit}>
        <input
          dir="auto"
          aria-label={t('tags.new')}
          placeholder={t('tags.new')}
          maxLength={longestName}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" disabled={create.isRunning || name.trim() === ''}>
          {t('tags.add')}
        </button>
      </form>
      {failure !== undefined && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
    </Dialog>
  );
}
