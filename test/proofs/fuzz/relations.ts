import { unreadCount } from '../../../db/reading/rooms/unread.ts';

const missing = (table: string, on: string, among: string, also = ''): string =>
  `SELECT a.* FROM ${table} a LEFT JOIN ${among} b ON ${on} WHERE b.hub_id IS NULL ${also}`;
/** Names of which the first suffix is missing. */
const withoutSuffixes = (source: string, id: string, search: string): string =>
  `SELECT a.hub_id, ${id} FROM ${source}
     LEFT JOIN name_suffixes b ON b.hub_id = a.hub_id AND b.id = ${id}
       AND b.suffix = CAST(LEFT(CONVERT(${search} USING utf8mb4), 16) AS BINARY)
     WHERE ${search} <> '' AND b.id IS NULL`;
const member = 'b.hub_id = a.hub_id AND b.user_id';
const message = 'b.hub_id = a.hub_id AND b.id';

/**
 * Relations between rows; each query must find nothing. Rows refer only to rows of their own hub.
 */
export const relations: Record<string, string> = {
  'a session of no user': `
      SELECT a.id FROM sessions a
        LEFT JOIN users b ON b.id = a.user_id
        WHERE b.id IS NULL AND (a.user_id <> '' OR a.key_id IS NULL)`,
  'a client’s session without its key': `
      SELECT a.id FROM sessions a
        LEFT JOIN \`keys\` b ON b.hub_id = a.hub_id AND b.id = a.key_id
          AND b.kind IN ('oauth', 'braincloud')
        WHERE a.kind = 'client' AND b.id IS NULL`,
  'settings of no member': missing('member_settings', `${member} = a.user_id`, 'members'),
  'a member who is no user':
    'SELECT a.* FROM members a LEFT JOIN users b ON b.id = a.user_id WHERE b.id IS NULL',
  'a number of members that is not theirs': `
      SELECT h.id, h.member_count FROM hubs h
        WHERE h.member_count <> (SELECT COUNT(*) FROM members m
          WHERE m.hub_id = h.id AND m.privilege > 0)`,
  'a suffix that is not in its name': `
      SELECT s.* FROM name_suffixes s
        LEFT JOIN rooms r ON s.kind = 'room' AND r.hub_id = s.hub_id AND r.id = s.id
        LEFT JOIN members m ON s.kind = 'member' AND m.hub_id = s.hub_id AND m.user_id = s.id
        LEFT JOIN users u ON u.id = m.user_id
        WHERE LOCATE(s.suffix, COALESCE(r.search, u.search, '')) = 0`,
  'a room that is not found by its name': withoutSuffixes('rooms a', 'a.id', 'a.search'),
  'a member who is not found by their name': withoutSuffixes(
    'members a JOIN users u ON u.id = a.user_id',
    'a.user_id',
    'u.search',
  ),
  'a participant of no room': missing(
    'participants',
    'b.hub_id = a.hub_id AND b.id = a.room_id',
    'rooms',
  ),
  'a participant who is no member': missing('participants', `${member} = a.user_id`, 'members'),
  'a participant of a group who was removed from the hub': `
      SELECT a.* FROM participants a
        JOIN rooms r ON r.hub_id = a.hub_id AND r.id = a.room_id
        JOIN members b ON b.hub_id = a.hub_id AND b.user_id = a.user_id
        WHERE r.kind = 'group' AND b.privilege = 0`,
  'a message of no room': missing('messages', 'b.hub_id = a.hub_id AND b.id = a.room_id', 'rooms'),
  'a message by no member': missing(
    'messages',
    `${member} = a.author_id`,
    'members',
    "AND a.author_id <> ''",
  ),
  'a message of the system outside channels': `
      SELECT m.id FROM messages m
        JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
        WHERE m.author_id = '' AND r.kind = 'direct'`,
  'an entry of no message': missing('mailboxes', `${message} = a.mail_id`, 'mail'),
  'an entry of no member': missing('mailboxes', `${member} = a.owner_id`, 'members'),
  'a message in no box': `
      SELECT m.id FROM mail m
        LEFT JOIN mailboxes e ON e.hub_id = m.hub_id AND e.mail_id = m.id
        WHERE e.hub_id IS NULL AND m.bulk_after IS NULL AND m.to_ids IS NOT NULL`,
  'a channel with more than it keeps': `
      SELECT id FROM rooms
        WHERE history_limit IS NOT NULL AND last_ordinal - expired_at > history_limit`,
  'a reply to no message of its room': missing(
    'messages',
    `${message} = a.thread_id AND b.room_id = a.room_id`,
    'messages',
    'AND a.thread_id IS NOT NULL AND a.deleted_ms IS NULL',
  ),
  'a forward of no message': missing(
    'messages',
    `${message} = a.forward_of`,
    'messages',
    'AND a.forward_of IS NOT NULL',
  ),
  'a text that outlived its message':
    "SELECT id FROM messages WHERE deleted_ms IS NOT NULL AND body <> ''",
  'an attachment of no message': missing(
    'message_attachments',
    `${message} = a.message_id`,
    'messages',
  ),
  'a link to no file': missing(
    'message_attachments',
    `${message} = a.attachment_id AND b.state = 'attached'`,
    'attachments',
  ),
  'a file of no member': missing('attachments', `${member} = a.owner_id`, 'members'),
  'a file that is attached to nothing': `
      SELECT a.id FROM attachments a
        LEFT JOIN message_attachments b ON b.hub_id = a.hub_id AND b.attachment_id = a.id
        WHERE a.state = 'attached' AND b.hub_id IS NULL`,
  'files miscounted': `
      SELECT m.id FROM messages m
        WHERE m.deleted_ms IS NULL AND m.attachment_count <> (SELECT COUNT(*)
          FROM message_attachments b WHERE b.hub_id = m.hub_id AND b.message_id = m.id)`,
  'reactions miscounted': `
      SELECT m.id, m.reaction_count FROM messages m
        WHERE m.deleted_ms IS NULL AND m.reaction_count <> 0 AND NOT EXISTS (SELECT 1
          FROM reactions b WHERE b.hub_id = m.hub_id AND b.message_id = m.id)`,
  'a reaction to no message': missing(
    'reactions',
    `${message} = a.message_id AND b.deleted_ms IS NULL`,
    'messages',
  ),
  'too many emoji': `
      SELECT hub_id, message_id FROM reactions
        GROUP BY hub_id, message_id
        HAVING COUNT(DISTINCT emoji) > 20`,
  'a pin of no message': missing(
    'pins',
    `${message} = a.message_id AND b.room_id = a.room_id AND b.deleted_ms IS NULL`,
    'messages',
  ),
  'too many pins': 'SELECT hub_id, room_id FROM pins GROUP BY hub_id, room_id HAVING COUNT(*) > 5',
  'a removal of no message': missing(
    'removals',
    'b.hub_id = a.hub_id AND b.room_id = a.room_id AND b.ordinal = a.ordinal',
    'messages',
  ),
  'a block of no member': missing('blocks', `${member} = a.blocked_id`, 'members'),
  'a block of oneself': 'SELECT * FROM blocks WHERE user_id = blocked_id',
  'a tag of no member': missing('tags', `${member} = a.user_id`, 'members'),
  'two tags of one name': `
      SELECT hub_id, user_id, name FROM tags
        GROUP BY hub_id, user_id, BINARY name
        HAVING COUNT(*) > 1`,
  'a tagging with no tag': missing(
    'tag_map',
    'b.hub_id = a.hub_id AND b.user_id = a.user_id AND b.id = a.tag_id',
    'tags',
  ),
  'a tagging of no conversation': `
      SELECT a.* FROM tag_map a
        LEFT JOIN rooms r ON r.hub_id = a.hub_id AND r.id = a.entity_id
        LEFT JOIN members m ON m.hub_id = a.hub_id AND m.user_id = a.entity_id
        WHERE r.id IS NULL AND m.user_id IS NULL`,
  'a target who is no member': missing('event_targets', `${member} = a.user_id`, 'members'),
  'a target of no event': `
      SELECT a.* FROM event_targets a
        LEFT JOIN events b ON b.hub_id = a.hub_id AND b.seq = a.seq
        LEFT JOIN messages m ON m.hub_id = a.hub_id AND m.seq = a.seq
        WHERE b.seq IS NULL AND m.seq IS NULL`,
  'an event of no room': missing(
    'events',
    'b.hub_id = a.hub_id AND b.id = a.room_id',
    'rooms',
    'AND a.room_id IS NOT NULL',
  ),
  'an event of no message': missing(
    'events',
    `${message} = a.message_id`,
    'messages',
    'AND a.message_id IS NOT NULL',
  ),
  'an echo of nothing': `
      SELECT a.* FROM echoes a
        LEFT JOIN messages m ON m.hub_id = a.hub_id AND m.id = a.made_id
        LEFT JOIN rooms r ON r.hub_id = a.hub_id AND r.id = a.made_id
        LEFT JOIN mail b ON b.hub_id = a.hub_id AND b.id = a.made_id
        WHERE m.id IS NULL AND r.id IS NULL AND b.id IS NULL
          AND a.echo_key NOT LIKE "%\\nmail"`,
  'a key of no member': missing(
    '`keys`',
    `${member} = a.user_id`,
    'members',
    'AND a.user_id IS NOT NULL',
  ),
  'a room without an owner': `
      SELECT r.id FROM rooms r
        WHERE r.kind = 'group' AND r.member_count > 0 AND NOT EXISTS (SELECT 1
          FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id AND p.owner = 1)`,
  'a direct room that is public': "SELECT id FROM rooms WHERE kind = 'direct' AND is_public = 1",
  'a direct room of other than two': `
      SELECT r.id FROM rooms r
        WHERE r.kind = 'direct' AND (r.direct_key IS NULL OR (SELECT COUNT(*)
          FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id
          AND LOCATE(p.user_id, r.direct_key) > 0)
          <> IF(LEFT(r.direct_key, 36) = RIGHT(r.direct_key, 36), 1, 2))`,
  'something left of a deleted room': `
      SELECT r.id FROM rooms r
        WHERE r.kind = 'deleted' AND (r.name <> '' OR r.description <> '' OR r.is_public = 1
          OR r.external_id IS NOT NULL OR r.archived = 0 OR r.expired_at < r.last_ordinal
          OR EXISTS (SELECT 1 FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id)
          OR EXISTS (SELECT 1 FROM pins p WHERE p.hub_id = r.hub_id AND p.room_id = r.id)
          OR EXISTS (SELECT 1 FROM due_receipts d WHERE d.hub_id = r.hub_id AND d.room_id = r.id)
          OR EXISTS (SELECT 1 FROM own_counts o WHERE o.hub_id = r.hub_id AND o.room_id = r.id
            AND o.ordinal <= r.purged_at)
          OR EXISTS (SELECT 1 FROM tag_map t WHERE t.hub_id = r.hub_id AND t.entity_id = r.id)
          OR EXISTS (SELECT 1 FROM echoes e WHERE e.hub_id = r.hub_id AND e.made_id = r.id)
          OR EXISTS (SELECT 1 FROM name_suffixes n WHERE n.hub_id = r.hub_id AND n.id = r.id))`,
  'members miscounted': `
      SELECT r.id, r.member_count FROM rooms r
        WHERE r.member_count <> (SELECT COUNT(*) FROM participants p WHERE p.hub_id = r.hub_id
          AND p.room_id = r.id)`,
  'ordinals with gaps': `
      SELECT r.id FROM rooms r
        LEFT JOIN messages m ON m.hub_id = r.hub_id AND m.room_id = r.id
        GROUP BY r.hub_id, r.id, r.last_ordinal
        HAVING COUNT(m.id) <> r.last_ordinal OR COALESCE(MAX(m.ordinal), 0) <> r.last_ordinal`,
  'a pointer beyond the end': `
      SELECT p.* FROM participants p
        JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
        WHERE p.pointer > r.last_ordinal OR p.read_at > r.last_ordinal`,
  'a seq beyond the last': `
      SELECT h.id FROM hubs h
        WHERE h.seq < (SELECT COALESCE(MAX(seq), 0) FROM messages m WHERE m.hub_id = h.id)
          OR h.seq < (SELECT COALESCE(MAX(seq), 0) FROM events e WHERE e.hub_id = h.id)`,
  'a seq that is missing': `
      SELECT h.id, h.seq FROM hubs h
        WHERE h.seq <> (SELECT COUNT(*) FROM messages m
          WHERE m.hub_id = h.id) + (SELECT COUNT(*) FROM events e WHERE e.hub_id = h.id)`,
  'a seq that came twice':
    'SELECT e.hub_id, e.seq FROM events e JOIN messages m ON m.hub_id = e.hub_id AND m.seq = e.seq',
  'unread below zero': `
      SELECT p.hub_id, p.room_id, p.user_id FROM participants p
        JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
        WHERE CAST(${unreadCount} AS SIGNED) < 0`,
  'a mention of a user who was never a member': `SELECT m.id, j.user_id FROM messages m
     JOIN JSON_TABLE(m.mention_ids, '$[*]' COLUMNS (user_id VARCHAR(36) PATH '$')) j
     LEFT JOIN members b ON b.hub_id = m.hub_id AND b.user_id = j.user_id WHERE b.user_id IS NULL`,
  'a mention of a user in no event of the room': `SELECT m.id, j.user_id FROM messages m
     JOIN JSON_TABLE(m.mention_ids, '$[*]' COLUMNS (user_id VARCHAR(36) PATH '$')) j
     LEFT JOIN participants p
       ON p.hub_id = m.hub_id AND p.room_id = m.room_id AND p.user_id = j.user_id
     WHERE p.user_id IS NULL AND NOT EXISTS (
       SELECT 1 FROM events e WHERE e.hub_id = m.hub_id AND e.room_id = m.room_id
         AND e.name = 'room.remove' AND LOCATE(j.user_id, e.data) > 0)`,
};
