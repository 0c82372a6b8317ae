import { type FormEvent, useState } from 'react';
import { randomId } from '../../client/random-id.ts';
import { useClient } from '../../client/react.ts';
import { MemberPicker, type PickedMember } from '../conversations/dialogs/member-picker.tsx';
import { t } from '../i18n/translate.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useAction } from '../ui/use-action.ts';

interface ComposeProps {
  to?: readonly PickedMember[];
  subject?: string;
  onClose(): void;
}

/** Writes a letter to members. */
export function Compose({ to = [], subject = '', onClose }: ComposeProps) {
  const { api } = useClient();
  const [picked, setPicked] = useState(to);
  // A letter that was sent without a reply is not sent twice.
  const [echoId] = useState(randomId);
  const { run, isRunning, failure } = useAction((about: string, text: string) =>
    api.messaging.send({
      to_ids: picked.map(({ id }) => id),
      echoId,
      ...(about === '' ? { text } : { content: { subject: about, text } }),
    }),
  );
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const [about, text] = [String(fields.get('subject')).trim(), String(fields.get('text'))];
    if (picked.length > 0 && (await run(about, text))) onClose();
  }
  return (
    <Dialog title={t('mail.new')} className="letter" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <MemberPicker label={t('mail.recipients')} picked={picked} onChange={setPicked} />
        <label>
          {t('mail.subject')}
          <input name="subject" defaultValue={subject} maxLength={200} dir="auto" />
        </label>
        <label>
          {t('mail.text')}
          <textarea name="text" rows={8} required dir="auto" />
        </label>
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
            type="submit"
            className="button primary"
            disabled={isRunning || picked.length === 0}
          >
            {t('composer.send')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
