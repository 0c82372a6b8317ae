/** The bits of a privilege, each with a name. */
export const bits = { anonymous: 1, read: 2, write: 4, delete: 8, admin: 16, owner: 32 } as const;
export type Permission = keyof typeof bits;

/** Named privileges. A privilege is the sum of a member's bits. */
export const privileges = { viewer: 3, member: 7, moderator: 15, admin: 31, owner: 63 } as const;

/** Returns whether the privilege has the bit. */
export const allows = (privilege: number, need: Permission): boolean =>
  (privilege & bits[need]) === bits[need];

/** Returns whether `mine` has every bit of `theirs`, as granting or changing it requires. */
export const covers = (mine: number, theirs: number): boolean => (mine & theirs) === theirs;

const viewing = [
  'chat:room:view',
  'chat:1on1:view',
  'chat:1on1Message:view',
  'user:chats:view',
] as const;
const acting = [
  'chat:chat:access',
  'chat:room:add',
  'chat:room:edit',
  'chat:roomMessage:add',
  'chat:roomMessage:edit',
  'chat:roomMessage:delete',
  'chat:1on1:edit',
  'chat:1on1Message:add',
  'chat:1on1Message:edit',
  'chat:1on1Message:delete',
  'chat:participant:add',
  'chat:participant:delete',
  'chat:reactions:edit',
] as const;
const setting = [
  'chat:setting:view',
  'chat:setting:edit',
  'chat:usersettings:view',
  'chat:usersettings:edit',
] as const;

/** Permission strings that restrict a token; the names are Genesys Cloud's. */
export const grants = [...viewing, ...acting, ...setting] as const;
export type Grant = (typeof grants)[number];

const grantsOf = (privilege: number): Grant[] => [
  ...(allows(privilege, 'read') ? viewing : []),
  ...(allows(privilege, 'write') ? acting : []),
  ...(allows(privilege, 'admin') ? setting : []),
];

/**
 * Returns the permission strings that a token holds in a hub: those of the privilege there,
 * restricted to `narrow` unless that is null.
 */
export const heldGrants = (narrow: readonly string[] | null, privilege: number): Grant[] =>
  grantsOf(privilege).filter((grant) => narrow === null || narrow.includes(grant));

/** The grants of chat.* methods, by what a method does. */
export const chatGrants = {
  viewing: ['chat:chat:access', 'chat:room:view', 'chat:1on1:view', 'chat:1on1Message:view'],
  listing: ['chat:chat:access', 'user:chats:view'],
  posting: ['chat:chat:access', 'chat:roomMessage:add', 'chat:1on1Message:add'],
  editing: ['chat:chat:access', 'chat:roomMessage:edit', 'chat:1on1Message:edit'],
  deleting: ['chat:chat:access', 'chat:roomMessage:delete', 'chat:1on1Message:delete'],
  pinning: ['chat:chat:access', 'chat:room:edit', 'chat:1on1:edit'],
  reacting: ['chat:chat:access', 'chat:reactions:edit'],
  acting: ['chat:chat:access'],
} as const satisfies Record<string, readonly Grant[]>;

/** How the details of a PERMISSION_DENIED begin when a grant or a user is missing. */
export const noGrant = 'grants:';
export const noUser = 'user:';
