import { memo } from 'react';
import type { ShownMessage } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { useSession } from '../../session-context.ts';
import { IconButton, type IconName } from '../../ui/icon-button.tsx';
import { allows } from '../../ui/privilege.ts';
import { isOwn, type Tool, useMessageActions } from '../actions/context.ts';

interface ToolsProps {
  row: ShownMessage;
  isPinned: boolean;
  hasThread: boolean;
}

/** The buttons of a message. CSS shows them at the row that is pointed at or has the focus. */
export const Tools = memo(({ row, isPinned, hasThread }: ToolsProps) => {
  const { userId, privilege } = useSession().identity;
  const { run } = useMessageActions();
  const tool = (icon: IconName, name: Tool, label: string) => (
    <IconButton
      {...{ icon, label }}
      tabIndex={-1}
      onClick={({ currentTarget }) => run(name, row, currentTarget)}
    />
  );
  return (
    <div className="tools">
      {allows(privilege, 'write') && (
        <>
          {tool('emoji', 'react', t('tool.react'))}
          {tool('reply', 'reply', t('tool.reply'))}
          {isOwn(row, userId) && tool('edit', 'edit', t('tool.edit'))}
          {hasThread && tool('thread', 'thread', t('tool.thread'))}
          {tool('forward', 'forward', t('tool.forward'))}
          {isPinned ? tool('pin', 'unpin', t('tool.unpin')) : tool('pin', 'pin', t('tool.pin'))}
          {tool('delete', 'delete', t('tool.delete'))}
        </>
      )}
      {tool('menu', 'more', t('tool.more'))}
    </div>
  );
});
