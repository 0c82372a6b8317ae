import { type FormEvent, useId, useState } from 'react';
import type { RoomInfo } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { useAction } from '../ui/use-action.ts';
import type { Rights } from './use-group.ts';

interface AboutProps {
  info: RoomInfo;
  rights: Rights;
}

/** The name and description of a group, and the form that changes them. */
export function About({ info, rights }: AboutProps) {
  const [isEditing, setEditing] = useState(false);
  if (isEditing) return <EditAbout {...{ info, rights }} onDone={() => setEditing(false)} />;
  return (
    <section className="about">
      <Avatar id={info.entity_id} name={info.name} isRoom size={40} />
      <div>
        <p className="name" dir="auto">
          {info.name}
        </p>
        <p className="aside">
          {t(info.visibility === 'public' ? 'details.public' : 'details.private')}
          {info.is_archived === 1 && ` · ${t('details.archivedForAll')}`}
        </p>
      </div>
      {rights.mayEdit && (
        <IconButton icon="edit" label={t('details.edit')} onClick={() => setEditing(true)} />
      )}
      {info.description !== '' && (
        <p className="description" dir="auto">
          {info.description}
        </p>
      )}
    </section>
  );
}

function EditAbout({ info, rights, onDone }: AboutProps & { onDone(): void }) {
  const { api } = useClient();
  const labelId = useId();
  const { run, isRunning, failure } = useAction((fields: FormData) => {
    const visibility = fields.get('visibility') === 'public' ? 'public' : 'private';
    return api.room.update({
      entity_id: info.entity_id,
      name: String(fields.get('name')),
      description: String(fields.get('description')),
      ...(rights.mayManage && visibility !== info.visibility ? { visibility } : {}),
    });
  });
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (await run(new FormData(event.currentTarget))) onDone();
  }
  return (
    <form
      className="form"
      aria-label={t('details.edit')}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onDone();
      }}
    >
      <label>
        {t('details.name')}
        {/* biome-ignore lint/a11y/noAutofocus: the button that opened the form is gone. */}
        <input name="name" defaultValue={info.name} required maxLength={255} dir="auto" autoFocus />
      </label>
      <label>
        {t('details.description')}
        <textarea name="description" defaultValue={info.description} rows={3} dir="auto" />
      </label>
      {rights.mayManage && (
        <fieldset aria-labelledby={labelId}>
          <legend id={labelId}>{t('details.visibility')}</legend>
          {(['private', 'public'] as const).map((one) => (
            <label key={one} className="choice-row">
              <input
                type="radio"
                name="visibility"
                value={one}
                defaultChecked={info.visibility === one}
              />
              <span>
                {t(`details.${one}`)}
                <small>{t(`details.${one}Text`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      <footer>
        <button type="button" className="button" onClick={onDone}>
          {t('action.cancel')}
        </button>
        <button type="submit" className="button primary" disabled={isRunning}>
          {t('action.save')}
        </button>
      </footer>
    </form>
  );
}
