import { Suspense, useEffect } from 'react';
import { useClient, useObservable, useUnread } from '../../client/react.ts';
import { ConversationPane } from '../conversations/conversation-pane.tsx';
import { ConversationList } from '../conversations/list/conversation-list.tsx';
import { t } from '../i18n/translate.ts';
import { useRoute } from '../route.ts';
import { embedded } from '../session.ts';
import { useSession } from '../session-context.ts';
import { Boundary } from '../ui/parts/boundary.tsx';
import { part } from '../ui/parts/part.ts';
import { ConnectionBar } from './connection-bar.tsx';
import { PageDialogs } from './page-dialogs.tsx';
import { useDetails } from './use-details.ts';
import { useNotifications } from './use-notifications.ts';
import { useRegions } from './use-regions.ts';

const Details = part(async () => (await import('../details/details.tsx')).Details);

const Mailbox = part(async () => (await import('../mail/mail.tsx')).Mailbox);

/** The conversations, the open one, and its details. */
export function Layout() {
  const route = useRoute();
  const entityId = embedded ?? route.entityId;
  const details = useDetails(entityId, route.threadId);
  useTitle();
  useEnd();
  useRegions();
  useNotifications();

  const isMail = route.box !== undefined && embedded === undefined;
  const classes = ['page', (entityId || isMail) && 'has-conversation', embedded && 'is-embedded'];
  return (
    <div className={[...classes, details.isOpen && 'has-details'].filter(Boolean).join(' ')}>
      {embedded === undefined && <ConversationList openId={entityId} />}
      <main className="conversation">
        <ConnectionBar />
        {isMail && (
          <Boundary>
            <Suspense fallback={<div aria-busy="true" />}>
              <Mailbox box={route.box ?? 'inbox'} mailId={route.mailId} />
            </Suspense>
          </Boundary>
        )}
        {entityId === undefined ? (
          !isMail && <p className="empty">{t('conversation.choose')}</p>
        ) : (
          <Boundary key={entityId}>
            <ConversationPane
              entityId={entityId}
              hasDetails={details.isOpen}
              messageId={route.messageId}
              threadId={route.threadId}
              onToggleDetails={details.toggle}
            />
          </Boundary>
        )}
      </main>
      {details.isOpen && entityId !== undefined && (
        <Boundary key={entityId}>
          <Suspense fallback={<aside className="details" aria-busy="true" />}>
            <Details entityId={entityId} onClose={details.close} />
          </Suspense>
        </Boundary>
      )}
      <PageDialogs />
    </div>
  );
}

/** Shows the number of unread messages in the title of the window. */
function useTitle(): void {
  const { identity } = useSession();
  const unread = useUnread()?.total_cnt ?? 0;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${identity.hubName}` : identity.hubName;
  }, [unread, identity.hubName]);
}

/** Shows the log-in form when the session has ended. */
function useEnd(): void {
  const { connection } = useClient();
  const { end } = useSession();
  const state = useObservable(connection);
  useEffect(() => {
    if (state === 'ended') end(true);
  }, [state, end]);
}
