import { useRef } from 'react';
import type { ShownMessage } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { useSession } from '../../session-context.ts';
import { Menu } from '../../ui/menu.tsx';
import { isOwn, useMessageActions } from './context.ts';

interface MoreMenuProps {
  row: ShownMessage;
  anchor: HTMLElement;
  onClose(): void;
}

/** What is needed less often. */
export function MoreMenu({ row, anchor, onClose }: MoreMenuProps) {
  const { run } = useMessageActions();
  const me = useSession().identity.userId;
  const at = useRef(anchor);
  const items = [
    ...(isOwn(row, me) ? [] : [{ label: t('tool.unread'), run: () => run('unread', row, anchor) }]),
    ...(row.message === '' ? [] : [{ label: t('tool.copy'), run: () => run('copy', row, anchor) }]),
    { label: t('tool.replyInThread'), run: () => run('thread', row, anchor) },
  ];
  return <Menu label={t('tool.more')} anchor={at} items={items} onClose={onClose} />;
}
