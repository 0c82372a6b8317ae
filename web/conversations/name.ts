import type { RoomRow } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';

/** Returns the name of a conversation. */
export const nameOf = (room: RoomRow): string => room.display || t('conversation.unnamed');

export const isGroup = (room: RoomRow): boolean => room.flag === 'share';

/** Returns what the row of a conversation shows of its last message. */
export function previewOf(room: RoomRow, me: string): string {
  if (!room.last_message_id) return '';
  const text = room.last_message || (room.is_attachment ? t('message.file') : '');
  return room.last_author_id === me ? t('conversation.ownLast', { text }) : text;
}
