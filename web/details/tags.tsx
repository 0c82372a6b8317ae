import { type FormEvent, useState } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { useAction } from '../ui/use-action.ts';
import { useReading } from '../ui/use-reading.ts';
import { Section } from './section.tsx';

/** The member's own tags of a conversation. */
export function Tags({ room }: { room: RoomRow }) {
  const { api } = useClient();
  const [name, setName] = useState('');
  const { value: tags } = useReading(
    '',
    (signal) => api.tag.list({}, { signal }),
    (event) => event.name.startsWith('tag.'),
  );
  const assign = (tagIds: readonly string[]) =>
    api.tag.assign({ entity_id: room.entity_id, tag_ids: [...tagIds] });
  const { run: toggle, failure } = useAction((tagId: string) =>
    assign(
      room.tag_ids.includes(tagId)
        ? room.tag_ids.filter((id) => id !== tagId)
        : [...room.tag_ids, tagId],
    ),
  );
  const adding = useAction(async () => {
    const { tag_id: tagId } = await api.tag.create({ name: name.trim() });
    if (!room.tag_ids.includes(tagId)) await assign([...room.tag_ids, tagId]);
  });
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (name.trim() !== '' && (await adding.run())) setName('');
  }
  const shownFailure = failure ?? adding.failure;

  return (
    <Section title={t('details.tags')}>
      <div className="tags">
        {tags?.map(({ tag_id: id, tag_name: label }) => (
          <button
            key={id}
            type="button"
            className="tag"
            aria-pressed={room.tag_ids.includes(id)}
            dir="auto"
            onClick={() => void toggle(id)}
          >
            {label}
          </button>
        ))}
        <form onSubmit={submit}>
          <input
            aria-label={t('details.newTag')}
            placeholder={t('details.newTag')}
            value={name}
            maxLength={64}
            dir="auto"
            enterKeyHint="done"
            onChange={(event) => setName(event.target.value)}
          />
        </form>
      </div>
      {shownFailure && (
        <p className="failure" role="alert">
          {shownFailure}
        </p>
      )}
    </Section>
  );
}
