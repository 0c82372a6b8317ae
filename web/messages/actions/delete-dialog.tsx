import type { ShownMessage } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { t } from '../../i18n/translate.ts';
import { useSession } from '../../session-context.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { useAction } from '../../ui/use-action.ts';
import { plainText } from '../text/marks.ts';
import { mayDeleteForAll } from './context.ts';

interface DeleteDialogProps {
  row: ShownMessage;
  anchor: HTMLElement;
  onClose(): void;
}

/** Asks for whom a message is to be deleted. */
export function DeleteDialog({ row, anchor, onClose }: DeleteDialogProps) {
  const { api } = useClient();
  const { userId, privilege } = useSession().identity;
  const { run, isRunning, failure } = useAction((option: 'me' | 'all') =>
    api.chat.delete({ option, messages: [row.message_id] }),
  );

  async function deleteFor(option: 'me' | 'all'): Promise<void> {
    const next = neighbourOf(anchor);
    if (!(await run(option))) return;
    onClose();
    // The row goes, and with it the button that had the focus.
    requestAnimationFrame(() => next?.focus({ preventScroll: true }));
  }

  return (
    <Dialog title={t('delete.title')} onClose={onClose}>
      <blockquote className="excerpt" dir="auto">
        {plainText(row.message) || row.files.map(({ file_name }) => file_name).join(', ')}
      </blockquote>
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      <footer>
        <button type="button" className="button" disabled={isRunning} onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button
          type="button"
          className="button"
          disabled={isRunning}
          onClick={() => void deleteFor('me')}
        >
          {t('delete.forMe')}
        </button>
        {mayDeleteForAll(row, userId, privilege) && (
          <button
            type="button"
            className="button danger"
            disabled={isRunning}
            onClick={() => void deleteFor('all')}
          >
            {t('delete.forAll')}
          </button>
        )}
      </footer>
    </Dialog>
  );
}

/** The message after that of a button, or the one before it. */
function neighbourOf(anchor: Element): HTMLElement | undefined {
  const row = anchor.closest('article');
  const rows = [...(row?.parentElement?.querySelectorAll<HTMLElement>('article') ?? [])];
  const at = row ? rows.indexOf(row) : -1;
  return at < 0 ? undefined : (rows[at + 1] ?? rows[at - 1]);
}
