import type { RoomRow } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';
import { plainText } from '../messages/text/marks.ts';

/** Returns the name of a conversation. */
export const nameOf = (room: RoomRow): string => room.display || t('conversation.unnamed');

export const isGroup = (room: RoomRow): boolean => room.flag === 'share';

/** Returns the text that the row of a conversation shows of its last message. */
export function previewOf(room: RoomRow): string {
  if (!room.last_message_id) return '';
  return plainText(room.last_message) || (room.is_attachment ? t('message.file') : '');
}
