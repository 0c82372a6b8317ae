import { t } from '../i18n/translate.ts';
import { Dialog } from './dialog.tsx';
import { useAction } from './use-action.ts';

export interface Question {
  title: string;
  /** What happens. */
  text: string;
  /** The name of the button that does it. */
  label: string;
  isDangerous?: boolean;
  run(): Promise<unknown>;
}

/** Asks before something that cannot be undone easily, and does it. */
export function Confirm({ question, onClose }: { question: Question; onClose(): void }) {
  const { title, text, label, isDangerous } = question;
  const { run, isRunning, failure } = useAction(question.run);
  return (
    <Dialog title={title} className="confirm" onClose={onClose}>
      <p dir="auto">{text}</p>
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
          className={isDangerous ? 'button danger' : 'button primary'}
          disabled={isRunning}
          onClick={async () => {
            if (await run()) onClose();
          }}
        >
          {label}
        </button>
      </footer>
    </Dialog>
  );
}
