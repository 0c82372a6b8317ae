import type { World } from '../contract/world.ts';

/**
 * Makes many of what `grow` leaves few: the messages of the world's room are replies to one of
 * them, and have a file; the member has a tag on every conversation, and more sessions than they
 * could have of one kind, among those of others; the hub has as many channels as messages in the
 * room, and some keys.
 */
export async function addManyThings({ app: { pool }, hub, ...world }: World): Promise<void> {
  const { room, message, channel, members, file } = world;
  const { member } = members;
  const { tag_id: tag } = await member.tag.create({ name: 'Everything' });
  const run = (sql: string, params: unknown[]) => pool.query(sql, params);
  await run('UPDATE messages SET root_id = ?, thread_id = ? WHERE hub_id = ? AND room_id = ?', [
    ...[message, message, hub.id, room],
  ]);
  await run(
    `INSERT IGNORE INTO message_attachments
       (hub_id, message_id, position, attachment_id, room_id, ordinal, is_picture)
     SELECT hub_id, id, 0, ?, room_id, ordinal, ordinal % 2 FROM messages
     WHERE hub_id = ? AND room_id = ?`,
    [file, hub.id, room],
  );
  await run(
    `INSERT INTO tag_map (hub_id, user_id, tag_id, entity_id)
     SELECT p.hub_id, p.user_id, ?,
       IF(r.kind = 'direct', REPLACE(REPLACE(r.direct_key, p.user_id, ''), ':', ''), r.id)
     FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.user_id = ?`,
    [tag, hub.id, member.id],
  );
  const numbers = '(SELECT ordinal AS n FROM messages WHERE hub_id = ? AND room_id = ?) x';
  const newId = "CONCAT(LEFT(o.id, 24), LPAD(x.n, 12, '0'))";
  await run(
    `INSERT INTO sessions (id, token_hash, kind, user_id, privilege_cap, user_agent, created_ms,
       expires_ms)
     SELECT ${newId}, SHA2(x.n, 256), 'other', ${newId}, o.privilege_cap, o.user_agent,
       o.created_ms + x.n, o.expires_ms
     FROM (SELECT * FROM sessions WHERE user_id = ? LIMIT 1) o JOIN ${numbers}`,
    [member.id, hub.id, room],
  );
  await run("UPDATE sessions SET user_id = ? WHERE kind = 'other' LIMIT 150", [member.id]);
  await run(
    `INSERT INTO rooms (hub_id, id, kind, name, description, channel_key, last_at_ms, member_count,
       created_by, created_ms)
     SELECT o.hub_id, ${newId}, o.kind, o.name, o.description, CONCAT('gl:', x.n), o.last_at_ms, 0,
       o.created_by, o.created_ms
     FROM rooms o JOIN ${numbers} WHERE o.hub_id = ? AND o.id = ?`,
    [hub.id, room, hub.id, channel],
  );
  await run(
    `INSERT INTO \`keys\` (hub_id, id, kind, name, permission, secret_hash, created_ms)
     SELECT o.hub_id, ${newId}, 'other', o.name, o.permission, SHA2(x.n, 256), o.created_ms + x.n
     FROM (SELECT * FROM \`keys\` WHERE hub_id = ? LIMIT 1) o JOIN ${numbers} WHERE x.n < 300`,
    [hub.id, hub.id, room],
  );
}
