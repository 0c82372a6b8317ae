import { useSession } from '../session-context.ts';
import { Avatar } from '../ui/avatar.tsx';

/** The member's own picture, at the top of the conversations. */
export function AccountMenu() {
  const { identity } = useSession();
  return <Avatar id={identity.userId} name={identity.name} size={30} />;
}
