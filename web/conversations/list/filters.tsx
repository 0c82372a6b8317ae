import { useRef, useState } from 'react';
import { useUnread } from '../../../client/react.ts';
import { numberOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { type Filter, tagOf } from './filter.ts';
import { useTags } from './use-tags.ts';

interface FiltersProps {
  filter: Filter;
  onChange(filter: Filter): void;
}

const usual = ['all', 'unread', 'direct', 'groups'] as const;

/** Chooses which conversations are listed. */
export function Filters({ filter, onChange }: FiltersProps) {
  const counters = useUnread();
  const unread = counters ? counters.contact_chat_cnt + counters.share_chat_cnt : 0;
  return (
    <fieldset className="filters" aria-label={t('conversations.filter')}>
      {usual.map((one) => (
        <button key={one} type="button" aria-pressed={one === filter} onClick={() => onChange(one)}>
          {one === 'unread' && unread > 0
            ? t('conversations.unreadCount', { count: numberOf(unread) })
            : t(`conversations.${one}`)}
        </button>
      ))}
      <MoreFilters {...{ filter, onChange }} />
    </fieldset>
  );
}

/** Those that are used less: by tag, and what is archived. */
function MoreFilters({ filter, onChange }: FiltersProps) {
  const tags = useTags();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const item = (one: Filter, label: string): MenuItem => ({
    label,
    isChosen: one === filter,
    run: () => onChange(one === filter ? 'all' : one),
  });
  const items = [
    ...tags.map(({ tag_id, tag_name }) => item(`tag:${tag_id}`, tag_name)),
    item('archived', t('conversations.archived')),
  ];
  const chosen = items.find(({ isChosen }) => isChosen);
  const isTagGone = tagOf(filter) !== undefined && !chosen;
  return (
    <>
      {chosen || isTagGone ? (
        <button
          ref={button}
          type="button"
          className="more"
          aria-pressed={true}
          aria-haspopup="menu"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <span dir="auto">{chosen?.label ?? t('conversations.tag')}</span>
        </button>
      ) : (
        <IconButton
          ref={button}
          icon="menu"
          label={t('conversations.moreFilters')}
          aria-haspopup="menu"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
      )}
      {isOpen && (
        <Menu
          label={t('conversations.moreFilters')}
          anchor={button}
          items={items}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
