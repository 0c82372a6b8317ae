import { type ReactNode, Suspense, useMemo, useState } from 'react';
import type { Chat, ShownMessage } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { createSubject } from '../../../client/store/observable.ts';
import { t } from '../../i18n/translate.ts';
import { hrefOf, navigate } from '../../route.ts';
import { notify } from '../../ui/notice.tsx';
import { Boundary } from '../../ui/parts/boundary.tsx';
import { part } from '../../ui/parts/part.ts';
import { request } from '../../ui/requests.ts';
import { sentenceOf } from '../../ui/use-action.ts';
import { type MessageActions, MessageActionsContext, type Tool } from './context.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { MoreMenu } from './more-menu.tsx';

const ReactPopup = part(async () => (await import('../../reactions/react-popup.tsx')).ReactPopup);
const ForwardDialog = part(async () => (await import('./forward-dialog.tsx')).ForwardDialog);
const MessageViewer = part(
  async () => (await import('../../viewer/message-viewer.tsx')).MessageViewer,
);

type Open =
  | { kind: 'react' | 'forward' | 'delete' | 'more'; row: ShownMessage; anchor: HTMLElement }
  | { kind: 'viewer'; row: ShownMessage; nid: string };

interface ProviderProps {
  entityId: string;
  children: ReactNode;
}

/** Lets the messages inside be acted on: their tools, and the dialogs that these open. */
export function MessageActionsProvider({ entityId, children }: ProviderProps) {
  const chat = useClient();
  const [open, setOpen] = useState<Open>();
  const actions = useMemo(() => actionsOf(chat, entityId, setOpen), [chat, entityId]);
  const onClose = (): void => setOpen(undefined);
  return (
    <MessageActionsContext value={actions}>
      {children}
      <Boundary key={open?.kind}>
        <Suspense>
          {open?.kind === 'react' && <ReactPopup {...open} onClose={onClose} />}
          {open?.kind === 'forward' && <ForwardDialog {...open} onClose={onClose} />}
          {open?.kind === 'viewer' && <MessageViewer {...{ entityId, ...open, onClose }} />}
        </Suspense>
      </Boundary>
      {open?.kind === 'delete' && <DeleteDialog {...open} onClose={onClose} />}
      {open?.kind === 'more' && <MoreMenu {...open} onClose={onClose} />}
    </MessageActionsContext>
  );
}

function actionsOf(chat: Chat, entityId: string, setOpen: (open: Open) => void): MessageActions {
  const { api } = chat;
  const editing = createSubject<string | undefined>(undefined);
  const attempt = (work: Promise<unknown>): void =>
    void work.catch((error: unknown) => notify(sentenceOf(error)));
  const tools: Record<Tool, (row: ShownMessage, anchor: HTMLElement) => void> = {
    react: (row, anchor) => setOpen({ kind: 'react', row, anchor }),
    forward: (row, anchor) => setOpen({ kind: 'forward', row, anchor }),
    delete: (row, anchor) => setOpen({ kind: 'delete', row, anchor }),
    more: (row, anchor) => setOpen({ kind: 'more', row, anchor }),
    reply: ({ message_id }) => reply(chat, entityId, message_id),
    edit: ({ message_id }) => editing.set(message_id),
    pin: ({ message_id }) => attempt(api.chat.pin({ message_id })),
    unpin: ({ message_id }) => attempt(api.chat.unpin({ message_id })),
    unread: ({ message_id }) => {
      request('keep-unread', { entityId });
      attempt(api.chat.mark_unread({ message_id }));
    },
    thread: ({ message_id, root_id }) => navigate({ entityId, threadId: root_id ?? message_id }),
    copy: ({ message }) => void copy(message),
  };
  return {
    entityId,
    editing,
    run: (tool, row, anchor) => tools[tool](row, anchor),
    endEditing: () => editing.set(undefined),
    toggleReaction({ message_id, my_reactions }, emoji) {
      const state = my_reactions.includes(emoji) ? 0 : 1;
      attempt(api.chat.react({ message_id, emoji, state }));
    },
    show(messageId) {
      const route = { entityId, messageId };
      if (location.hash === hrefOf(route)) request('show-message', route);
      else navigate(route);
    },
    view: (row, nid) => setOpen({ kind: 'viewer', row, nid }),
  };
}

/** Lets the composer answer a message. */
function reply(chat: Chat, entityId: string, messageId: string): void {
  const draft = chat.draft(entityId);
  void draft.set({ text: '', ...draft.view.getSnapshot(), replyTo: messageId });
  request('focus-composer', { entityId });
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(t('message.copied'));
  } catch {
    // Browsers allow it in secure contexts only.
    notify(t('message.notCopied'));
  }
}
