import { type ReactNode, useEffect, useId, useRef } from 'react';
import { t } from '../i18n/translate.ts';
import { useBeside } from './beside.ts';
import { IconButton } from './icon-button.tsx';

interface DialogProps {
  title: string;
  /** Whether the title is for screen readers only. */
  hasHiddenTitle?: boolean;
  className?: string;
  /** A popup beside this element, in place of a dialog in the middle. */
  anchor?: Element | undefined;
  onClose(): void;
  children: ReactNode;
}

/**
 * A modal dialog. An element with `data-autofocus` has the focus at first. Esc, its button and a
 * click beside it close it; the focus then returns to where it was.
 */
export function Dialog(props: DialogProps) {
  const { title, hasHiddenTitle, className = '', anchor, onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useBeside(dialog, anchor);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc is the browser's `cancel`.
    <dialog
      ref={dialog}
      className={`dialog ${anchor ? 'popup' : ''} ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-content">
        <header className={hasHiddenTitle ? 'hidden-text' : ''}>
          <h2 id={titleId}>{title}</h2>
          {!hasHiddenTitle && (
            <IconButton icon="close" label={t('action.close')} onClick={onClose} />
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
