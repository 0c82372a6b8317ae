/**
 * Second names of fields in `chat.*` replies: those that the deployed system uses where its
 * specification uses others. HTTP replies carry both.
 */
const roomAliases = {
  room_count: 'unread_count',
  message: 'last_message',
  ctime: 'last_activity',
  drumate_id: 'contact_id',
} as const;
const listAliases = { ...roomAliases, id: 'entity_id' } as const;
const messageAliases = { peer_id: 'entity_id' } as const;

const pointerAliases = { peer_id: 'entity_id', uid: 'user_id' } as const;
const fileAliases = { filename: 'file_name', ext: 'extension', filetype: 'category' } as const;

const aliases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'chat.chat_rooms': roomAliases,
  'chat.chat_room_info': roomAliases,
  'chat.contact_rooms': listAliases,
  'chat.share_rooms': listAliases,
  'chat.attachment': fileAliases,
  'chat.upload': fileAliases,
  'chat.upload_remove': { ...fileAliases, ftype: 'category' },
  'chat.messages': messageAliases,
  'chat.post': messageAliases,
  'chat.forward': messageAliases,
  'chat.edit': messageAliases,
  'chat.get': messageAliases,
  'chat.thread': messageAliases,
  'chat.pins': messageAliases,
  'chat.acknowledge': pointerAliases,
  'chat.mark_unread': pointerAliases,
};

type Row = Record<string, unknown>;

/** Returns the reply of a method with the second names of its fields added. */
export function withAliases(method: string, data: unknown): unknown {
  const table = aliases[method];
  if (!table) return data;
  const pairs = Object.entries(table);
  const add = (row: Row): Row => {
    const wide: Row = { ...row };
    for (const [alias, field] of pairs) wide[alias] = row[field];
    return wide;
  };
  return Array.isArray(data) ? data.map((row: Row) => add(row)) : add(data as Row);
}
