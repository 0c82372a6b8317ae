import { Suspense, useEffect } from 'react';
import { useObservable } from '../../client/react.ts';
import { Boundary } from '../ui/parts/boundary.tsx';
import { part } from '../ui/parts/part.ts';
import { closeDialog, openDialog, openedDialog } from './dialogs.ts';

const Settings = part(async () => (await import('../settings/settings.tsx')).Settings);
const Keyboard = part(async () => (await import('../settings/keyboard.tsx')).Keyboard);

/** The dialogs of the whole page. `?` opens the one about the keyboard. */
export function PageDialogs() {
  const opened = useObservable(openedDialog);
  useEffect(() => {
    addEventListener('keydown', openHelp);
    return () => removeEventListener('keydown', openHelp);
  }, []);
  if (opened === undefined) return undefined;
  return (
    <Boundary key={opened}>
      <Suspense fallback={undefined}>
        {opened === 'settings' && <Settings onClose={closeDialog} />}
        {opened === 'keyboard' && <Keyboard onClose={closeDialog} />}
      </Suspense>
    </Boundary>
  );
}

function openHelp(event: KeyboardEvent): void {
  const { target, key, ctrlKey, metaKey, altKey } = event;
  const isWriting =
    target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]') !== null;
  if (key !== '?' || ctrlKey || metaKey || altKey || isWriting) return;
  if (document.querySelector('dialog[open]')) return;
  event.preventDefault();
  openDialog('keyboard');
}
