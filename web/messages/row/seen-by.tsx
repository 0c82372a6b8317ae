import type { ChatMessage } from '../../../client/index.ts';
import { useMembers } from '../../../client/react.ts';
import { listOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { isOwn } from '../actions/context.ts';

/** So many names are shown. */
const mostNames = 3;

/** Returns the member's last message and who has read it; undefined if nobody has. */
export function lastSeen(
  messages: readonly ChatMessage[],
  readers: ReadonlyMap<string, number>,
  me: string,
): { key: string; userIds: readonly string[] } | undefined {
  const last = messages.findLast(({ row }) => row && isOwn(row, me));
  if (!last?.row) return undefined;
  const { ordinal } = last.row;
  const userIds = [...readers].flatMap(([id, pointer]) => (pointer >= ordinal ? id : []));
  return userIds.length === 0 ? undefined : { key: last.key, userIds };
}

interface SeenByProps {
  userIds: readonly string[];
  /** How many could have read it. */
  others: number;
}

/** Who has read the member's last message. */
export function SeenBy({ userIds, others }: SeenByProps) {
  const isAll = others > mostNames && userIds.length === others;
  const named = userIds.slice(0, mostNames);
  const members = useMembers(named);
  const known = named.flatMap((id) => members.get(id) ?? []);
  const names = known.map(({ firstname, surname }) => firstname || surname);
  const more = userIds.length - names.length;
  if (more > 0 && names.length > 0) names.push(t('names.more', { count: more }));
  return (
    <p className="seen">
      {others > 1 &&
        known.map(({ user_id, surname }) => (
          <Avatar key={user_id} id={user_id} name={surname} size={18} />
        ))}
      <span>{seenText(others, isAll, names)}</span>
    </p>
  );
}

function seenText(others: number, isAll: boolean, names: readonly string[]): string {
  if (others === 1) return t('seen.direct');
  return isAll ? t('seen.everyone') : t('seen.by', { names: listOf(names) });
}
