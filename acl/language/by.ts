import type { Permission } from './permission.ts';

/**
 * Who may call a method.
 * - `anyone`: no token is needed, and no hub is entered.
 * - `user`: a user, on what they own in every hub; no hub is entered. With a bit, their token
 *   must carry it; with `true` any token of theirs does. A key or the operator may be named beside
 *   it: they enter a hub as they do for other methods. `others`: who may call it within one hub
 *   about a user whom the call names by `user_id`.
 * - otherwise, within one hub:
 *   - `member`: users whose privilege in the hub, as far as their token carries it, has the bit.
 *   - `key`: keys of the hub that have the bit. A key that acts as a member counts as that member
 *     only: it may not call what members may not.
 *   - `operator`: `hub`: the operator, who must name the hub; `platform`: they need not.
 */
export type By =
  | 'anyone'
  | { user: Permission | true; others?: InHub; key?: Permission; operator?: 'platform' }
  | InHub;

interface InHub {
  member?: Permission;
  key?: Permission;
  operator?: 'hub' | 'platform';
}

export const readers = { member: 'read' } as const satisfies By;
export const writers = { member: 'write' } as const satisfies By;
/** Members, and what acts for the whole hub: keys with the admin's bit and the operator. */
export const writersAndSystem = {
  member: 'write',
  key: 'admin',
  operator: 'hub',
} as const satisfies By;
/** The hub's admins, and what acts for the whole hub. */
export const administrators = {
  member: 'admin',
  key: 'admin',
  operator: 'hub',
} as const satisfies By;
