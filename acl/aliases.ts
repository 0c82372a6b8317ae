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

const declared: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'chat.chat_rooms': roomAliases,
  'chat.chat_room_info': roomAliases,
  'chat.contact_rooms': listAliases,
  'chat.share_rooms': listAliases,
  'chat.attachment': fileAliases,
  'chat.files': { ...fileAliases, ...messageAliases },
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

const aliases = new Map(
  Object.entries(declared).map(([method, names]) => [method, Object.entries(names)]),
);

/**
 * Returns the reply of a method with the second names of its fields added: to the rows of a list
 * in place, because copies of a page take longer than writing it.
 */
export function withAliases(method: string, data: unknown): unknown {
  const pairs = aliases.get(method);
  if (!pairs) return data;
  const add = (row: Row): Row => {
    for (const [alias, field] of pairs) row[alias] = row[field];
    return row;
  };
  if (!Array.isArray(data)) return add(Object.assign({}, data));
  for (const row of data) add(row);
  return data;
}
