import { useMemo } from 'react';
import { useClient, useObservable } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { useLasting } from '../ui/use-lasting.ts';

/** A short interruption is not worth a word. In milliseconds. */
const silentMs = 1500;

/** Says that there is no connection, and how many messages wait for it. */
export function ConnectionBar() {
  const { connection, outbox } = useClient();
  const state = useObservable(connection);
  const items = useObservable(
    useMemo(() => ({ subscribe: outbox.subscribe, getSnapshot: () => outbox.items }), [outbox]),
  );
  const isOffline = useLasting(state === 'offline', silentMs);
  return (
    <div role="status" aria-label={isOffline ? t('connection.offline') : undefined}>
      {isOffline && (
        <p className="connection-bar">
          {t('connection.waiting', {
            count: items.filter((item) => item.state !== 'failed').length,
          })}
        </p>
      )}
    </div>
  );
}
