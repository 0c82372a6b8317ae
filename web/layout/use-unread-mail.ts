import { useClient } from '../../client/react.ts';
import { useSession } from '../session-context.ts';
import { allows } from '../ui/privilege.ts';
import { useReading } from '../ui/use-reading.ts';

/** Returns how many messages of the member's inbox are unread. */
export function useUnreadMail(): number {
  const { api } = useClient();
  const { identity } = useSession();
  const mayWrite = allows(identity.privilege, 'write');
  const { value } = useReading(
    String(mayWrite),
    async (signal) => (mayWrite ? (await api.messaging.counts({}, { signal })).inbox.unread : 0),
    (event) => event.name.startsWith('messaging.'),
  );
  return value ?? 0;
}
