import { useEffect } from 'react';
import type { AnyEvent } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { isLooking } from '../messages/place/use-looking.ts';
import { plainText } from '../messages/text/marks.ts';
import { navigate } from '../route.ts';
import { useSession } from '../session-context.ts';

/** The names of this browser's locks that a tab holds while the member looks at it. */
const lookingLock = (userId: string): string => `hubchat looking ${userId}`;

/**
 * Shows notifications of the desktop while the member looks at no tab of the page: one a
 * conversation, by the leading tab. Whether an event notifies is decided by the service, which
 * knows what is muted.
 */
export function useNotifications(): void {
  const { store, isLeading, userId } = useClient();
  const { identity } = useSession();
  useLookingLock(userId);
  useEffect(() => {
    if (!('Notification' in globalThis)) return;
    const shown = new Map<string, Notification>();
    let hasEnded = false;
    const end = store.onEvents((events) => {
      if (!isLeading.getSnapshot() || Notification.permission !== 'granted') return;
      const latest = new Map(
        events.filter(isNews(userId)).map((event) => [event.entity_id, event]),
      );
      for (const event of latest.values())
        void isLookedAt(userId).then((is) => {
          if (!is && !hasEnded) shown.set(event.entity_id, show(event, identity.hubName));
        });
    });
    return () => {
      end();
      hasEnded = true;
      // Who uses the computer after the member has logged out does not read them.
      for (const notification of shown.values()) notification.close();
    };
  }, [store, isLeading, userId, identity.hubName]);
}

const isNews =
  (userId: string) =>
  ({ name, notify, actor_id, data }: AnyEvent): boolean =>
    notify === 1 &&
    actor_id !== userId &&
    (name === 'chat.post' || name === 'chat.forward') &&
    !('deleted' in data);

/** Holds a lock of the browser while the member looks at this tab, for the other tabs to see. */
function useLookingLock(userId: string): void {
  useEffect(() => {
    if (!navigator.locks) return;
    let release: (() => void) | undefined;
    function look(): void {
      if (!isLooking()) {
        release?.();
        release = undefined;
      } else if (!release) {
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        void navigator.locks.request(lookingLock(userId), { mode: 'shared' }, () => held);
      }
    }
    look();
    const names = ['focus', 'blur', 'visibilitychange'] as const;
    for (const name of names) addEventListener(name, look, true);
    return () => {
      for (const name of names) removeEventListener(name, look, true);
      release?.();
    };
  }, [userId]);
}

async function isLookedAt(userId: string): Promise<boolean> {
  if (isLooking()) return true;
  const locks = await navigator.locks?.query().catch(() => undefined);
  return locks?.held?.some(({ name }) => name === lookingLock(userId)) ?? false;
}

function show({ entity_id: entityId, data }: AnyEvent, hubName: string): Notification {
  const { message, entity, from } = data as {
    message: string;
    entity?: { surname: string };
    from?: { name: string } | null;
  };
  const author = from?.name ?? (entity?.surname || t('author.unknown'));
  const notification = new Notification(`${author} · ${hubName}`, {
    body: plainText(message).slice(0, 200) || t('message.file'),
    tag: entityId,
    dir: 'auto',
  });
  notification.onclick = () => {
    focus();
    navigate({ entityId });
    notification.close();
  };
  return notification;
}
