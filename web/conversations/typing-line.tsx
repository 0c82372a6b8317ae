import { useMembers, useTyping } from '../../client/react.ts';
import { listOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';

/** Says who is typing. It keeps its height, so that nothing moves. */
export function TypingLine({ entityId }: { entityId: string }) {
  const userIds = useTyping(entityId);
  const members = useMembers(userIds);
  const known = userIds.flatMap((id) => members.get(id) ?? []);
  const names = known.map(({ firstname, surname }) => firstname || surname);
  const text = names.length === 0 ? '' : t('typing', { names: listOf(names), count: names.length });
  return <p className="typing">{text}</p>;
}
