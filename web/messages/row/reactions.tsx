import type { ShownMessage } from '../../../client/index.ts';
import { useMembers } from '../../../client/react.ts';
import { listOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { useMessageActions } from '../actions/context.ts';

/** So many names are shown of those who reacted. */
const mostNames = 20;

/** The reactions to a message; a click adds or removes the member's own. */
export function Reactions({ row, me }: { row: ShownMessage; me: string }) {
  const { toggleReaction } = useMessageActions();
  const members = useMembers(
    row.reactions.flatMap(({ user_ids }) => user_ids.slice(0, mostNames)).filter((id) => id !== me),
  );
  return (
    <ul className="reactions" aria-label={t('reactions.title')}>
      {row.reactions.map(({ emoji, count, user_ids }) => {
        const names = user_ids
          .slice(0, mostNames)
          .flatMap((id) => (id === me ? t('author.you') : (members.get(id)?.surname ?? [])));
        const more = count - names.length;
        if (more > 0 && names.length > 0) names.push(t('names.more', { count: more }));
        const by = listOf(names);
        return (
          <li key={emoji}>
            <button
              type="button"
              className="reaction"
              tabIndex={-1}
              aria-pressed={row.my_reactions.includes(emoji)}
              aria-label={t('reactions.one', { emoji, count, names: by })}
              title={by}
              onClick={() => toggleReaction(row, emoji)}
            >
              <span aria-hidden="true">{emoji}</span> {count}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
