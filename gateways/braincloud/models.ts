import type { Channel } from '../../acl/entities/channel.ts';
import type { Mail, SharedMail } from '../../acl/entities/mail.ts';
import type { MessageData } from '../../acl/entities/message.ts';
import type { SignalData } from '../../acl/events.ts';
import type { Output, Spec } from '../../acl/index.ts';
import { dayMs } from '../../acl/language/time.ts';
import { values } from './guesses.ts';

const expiresAt = (date: number): number => date + values.expiryDays * dayMs;

export function presentMessage(channelId: string, message: MessageData) {
  const { from, entity, author_id: authorId, ctime_ms: date, edited_ms: editedMs } = message;
  return {
    chId: channelId,
    msgId: message.message_id,
    date,
    ver: message.version,
    from: { id: authorId, name: from?.name ?? entity.surname, pic: from?.pic ?? null },
    content: message.content ?? { text: message.message },
    expiresAt: expiresAt(date),
    updatedAt: editedMs ?? date,
  };
}

/** Presents a message that was published without being stored. */
export function presentUnrecorded(message: SignalData<'channel.post'>) {
  const { ctime_ms: date } = message;
  return {
    chId: message.channel_id,
    msgId: message.message_id,
    date,
    ver: 1,
    from: { id: message.user_id, ...message.from },
    content: message.content,
    expiresAt: expiresAt(date),
    updatedAt: date,
  };
}

export function presentChannel(channel: Channel) {
  // Null for a global channel, whose listeners are not counted.
  const listeners = channel.listeners ?? undefined;
  return {
    id: channel.channel_id,
    type: channel.type,
    code: channel.type === 'gr' ? channel.name : channel.sub_id,
    name: channel.name,
    desc: channel.description,
    stats: {
      messageCount: channel.num_msgs,
      memberCount: listeners,
      listenerCount: listeners,
    },
  };
}

/** Presents what sender and recipients of a mail have in common. */
export const presentSharedMail = (mail: SharedMail) => ({
  msgId: mail.message_id,
  msgVer: mail.message_version,
  msgCr: mail.message_created_ms,
  msgUp: mail.message_updated_ms,
  message: {
    from: { id: mail.from.id, name: mail.from.name, pic: mail.from.pic ?? undefined },
    to: mail.to_ids,
    sentAt: mail.sent_ms,
    content: mail.content,
  },
});

/** Presents a mail in its owner's inbox or sent box. */
export const presentMail = (mail: Mail) => ({
  msgbox: mail.box,
  read: mail.is_read === 1,
  mbVer: mail.version,
  mbCr: mail.created_ms,
  mbUp: mail.updated_ms,
  ...presentSharedMail(mail),
});

export const presentMailPage = (page: Output<Spec<'messaging.page'>>) => ({
  context: page.context,
  results: {
    count: page.count,
    page: page.page,
    items: page.items.map(presentMail),
    moreAfter: page.more_after,
    moreBefore: page.more_before,
  },
});
