import { memo } from 'react';
import type { ChatMessage } from '../../client/index.ts';
import { useMembers } from '../../client/react.ts';
import { momentOf, timeOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { Avatar } from '../ui/avatar.tsx';
import { useIsEditing } from './actions/context.ts';
import { timeOfMessage } from './entries.ts';
import { Editor } from './row/editor.tsx';
import { Files } from './row/files.tsx';
import { Quote } from './row/quote.tsx';
import { Reactions } from './row/reactions.tsx';
import { Tools } from './row/tools.tsx';
import { Waiting } from './row/waiting.tsx';
import { MessageText } from './text/text.tsx';

interface MessageProps {
  message: ChatMessage;
  me: string;
  myName: string;
  /** Whether it begins a group of messages by one author. */
  isFirst: boolean;
  /** Whether Tab stops here. */
  isStop: boolean;
  /** Whether its tools can be reached. */
  hasTools: boolean;
  isPinned?: boolean;
  hasThread?: boolean;
  /** Whether it was jumped to. */
  isTarget?: boolean;
  /** The thread that is shown: its first message is not quoted again. */
  threadId?: string;
}

/** One message of the log. */
export const Message = memo((props: MessageProps) => {
  const { message, me, myName, isFirst, isStop, isTarget } = props;
  const { row, item, key } = message;
  const ms = timeOfMessage(message);
  const author = authorOf(message, me);
  return (
    <article
      className={classesOf(props)}
      data-key={key}
      data-id={row?.message_id}
      tabIndex={isStop ? 0 : -1}
      aria-label={t('message.label', { author, time: momentOf(ms) })}
      aria-current={isTarget || undefined}
    >
      {isFirst ? (
        <Avatar id={row?.author_id ?? me} name={row?.from?.name ?? row?.entity.surname ?? myName} />
      ) : (
        <time className="side-time">{timeOf(ms)}</time>
      )}
      <div className="content">
        {isFirst && (
          <div className="author">
            <span className="name" dir="auto">
              {author}
            </span>
            <time title={momentOf(ms)}>{timeOf(ms)}</time>
          </div>
        )}
        <Body {...{ message, me }} threadId={props.threadId} />
        {row && row.reactions.length > 0 && <Reactions {...{ row, me }} />}
        {item && <Waiting item={item} />}
      </div>
      {row && props.hasTools && (
        <Tools row={row} isPinned={props.isPinned ?? false} hasThread={props.hasThread ?? false} />
      )}
    </article>
  );
});

function classesOf({ isFirst, isTarget, message: { item } }: MessageProps): string {
  const state = item && (item.state === 'failed' ? 'is-failed' : 'pending');
  return ['message', isFirst && 'first', isTarget && 'target', state].filter(Boolean).join(' ');
}

interface BodyProps extends Pick<MessageProps, 'message' | 'me'> {
  threadId: string | undefined;
}

function Body({ message: { row, item }, me, threadId }: BodyProps) {
  const isEditing = useIsEditing(row?.message_id);
  const quoted = row?.thread?.message_id === threadId ? undefined : row?.thread;
  return (
    <>
      {row?.is_forward === 1 && <p className="forwarded">{t('message.forwarded')}</p>}
      {quoted && <Quote quoted={quoted} me={me} />}
      {row && isEditing ? (
        <Editor row={row} />
      ) : (
        <Text text={row?.message ?? item?.message ?? ''} mentionIds={row?.mention_ids ?? none} />
      )}
      {row?.edited === 1 && <span className="edited">{t('message.edited')}</span>}
      {row && row.files.length > 0 && <Files row={row} />}
    </>
  );
}

const none: readonly string[] = [];

function Text({ text, mentionIds }: { text: string; mentionIds: readonly string[] }) {
  const members = useMembers(mentionIds.length > 0 ? mentionIds : none);
  const names = mentionIds.flatMap((id) => members.get(id)?.surname ?? []);
  return text === '' ? undefined : <MessageText text={text} mentions={names} />;
}

/** Returns the name that a message is shown under. */
function authorOf({ row }: ChatMessage, me: string): string {
  if (!row || (row.author_id === me && !row.from)) return t('author.you');
  return row.from?.name ?? (row.entity.surname || t('author.unknown'));
}
