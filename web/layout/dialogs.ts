import { createSubject } from '../../client/store/observable.ts';

type DialogName = 'settings' | 'keyboard';

/** The dialog of the whole page that is open. */
export const openedDialog = createSubject<DialogName | undefined>(undefined);

export const openDialog = (name: DialogName): void => openedDialog.set(name);
export const closeDialog = (): void => openedDialog.set(undefined);
