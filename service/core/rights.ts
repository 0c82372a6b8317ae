import type { By } from '../../acl/language/by.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import {
  allows,
  heldGrants,
  noGrant,
  noUser,
  type Permission,
} from '../../acl/language/permission.ts';
import type { Caller } from './call.ts';
import type { Authenticated } from './identity/auth.ts';
import type { Credentials } from './identity/credentials.ts';

/** The hub that an admitted caller enters, and the acl_epoch under which their rights were read. */
export interface EnteredHub {
  id: string;
  epoch: number;
}

/**
 * Decides whether a caller may do what `spec` declares: compares its `by` and `grants` with what
 * the caller holds in the hub. Returns the hub that they enter; null where none is entered.
 * Fails with PERMISSION_DENIED, or with INVALID_INPUT when no hub was found.
 */
export function checkRights(
  spec: MethodSpec,
  credentials: Credentials,
  found: Authenticated,
  isHubNamed: boolean,
  allowedOrigins: readonly string[],
): EnteredHub | null {
  const { by } = spec;
  if (by === 'anyone') return null;
  const { caller, entry } = found;
  const check = 'user' in by ? checkOwnPage : checkPage;
  if (credentials.page) check(spec, credentials.page, found, allowedOrigins);
  checkGrants(spec, credentials, caller, entry?.privilege ?? 0);

  const needed = bitNeeded(by, caller);
  if (needed === undefined) throw new ServiceError('PERMISSION_DENIED', whyNoBit(caller));
  if ('user' in by && caller.userId !== null) {
    if (needed === true || allows(caller.cap, needed)) return null;
    throw new ServiceError('PERMISSION_DENIED');
  }
  const isOnPlatform = caller.kind === 'operator' && by.operator === 'platform';
  if (isOnPlatform && !(isHubNamed && entry)) return null;
  if (!entry && !isHubNamed)
    throw new ServiceError('INVALID_INPUT', [
      'hub_id: required, because neither the host nor the token names a hub',
    ]);
  if (!entry || !(needed === true || allows(entry.privilege, needed)))
    throw new ServiceError(
      'PERMISSION_DENIED',
      entry?.privilege ? [] : closedHub(credentials, found, isHubNamed),
    );
  return { id: entry.hubId, epoch: entry.epoch };
}

/** The bit that this caller needs; true: none; undefined: the method is not for such callers. */
function bitNeeded(by: Exclude<By, 'anyone'>, caller: Caller): Permission | true | undefined {
  const isUser = caller.userId !== null;
  if (isUser) return 'user' in by ? by.user : by.member;
  if (caller.kind === 'key') return by.key;
  return caller.kind === 'operator' && by.operator ? true : undefined;
}

/** Explains why no bit lets this caller call a method. */
function whyNoBit({ userId, kind }: Caller): string[] {
  if (userId === null) return [`${noUser} the caller must be a user`];
  return kind === 'key' ? ['token: a key that acts as a member may not call this method'] : [];
}

/**
 * Refuses a page that may not use its user's cookie. A page of the service's own origin speaks for
 * the hub that its host leads to; in other hubs it counts like any other origin, which the hub or
 * the configuration must allow. Reading is open to every page of the right host, because browsers
 * show foreign pages no replies.
 */
function checkPage(
  { safe }: MethodSpec,
  page: NonNullable<Credentials['page']>,
  { entry, hostHub }: Authenticated,
  allowedOrigins: readonly string[],
): void {
  const isAtHome = !hostHub || hostHub.id === entry?.hubId;
  if (isAtHome && (safe || page.isOwn)) return;
  if (![...allowedOrigins, ...(entry?.origins ?? [])].includes(page.origin))
    throw new ServiceError('PERMISSION_DENIED', [
      isAtHome
        ? 'origin: not in the hub’s allowed origins'
        : 'origin: the host leads to another hub, which does not speak for this one',
    ]);
}

/**
 * Refuses the same for what is a user's own, in every hub: it is open to the configured origins and
 * to the service's own, at a host of one of the user's hubs or of none.
 */
function checkOwnPage(
  { safe, fromAnyHost }: MethodSpec,
  page: NonNullable<Credentials['page']>,
  { hostHub }: Authenticated,
  allowedOrigins: readonly string[],
): void {
  if (safe) return;
  if (!page.isOwn && !allowedOrigins.includes(page.origin))
    throw new ServiceError('PERMISSION_DENIED', ['origin: not in the configured origins']);
  if (hostHub && !hostHub.isOfCaller && !fromAnyHost)
    throw new ServiceError('PERMISSION_DENIED', ['origin: the host leads to a hub of others']);
}

/**
 * The method's own list narrows only tokens that were issued with grants, because for all others
 * `by` says the same; a gateway's list holds for every token.
 */
function checkGrants(
  spec: MethodSpec,
  { grants }: Credentials,
  caller: Caller,
  privilege: number,
): void {
  const needed = grants ?? spec.grants ?? [];
  const held = grants === undefined ? caller.grants : heldGrants(caller.grants, privilege);
  if (!held || needed === 'any' || needed.some((grant) => held.includes(grant))) return;
  throw new ServiceError('PERMISSION_DENIED', [
    needed.length > 0
      ? `${noGrant} the token needs one of ${needed.join(', ')}`
      : `${noGrant} a token with restricted grants cannot call this method`,
  ]);
}

/**
 * Explains a refusal by a hub where the caller is a stranger: what named it, so that a call that
 * went astray is understood. Of a hub that does not exist it says the same.
 */
function closedHub(
  { hub: { query, header, isInAuth } }: Credentials,
  { caller, entry }: Authenticated,
  isHubNamed: boolean,
): string[] {
  const refusal = 'a hub that you may not enter';
  if (query !== undefined) return [`hub_id: ${isInAuth ? 'auth' : 'the query'} names ${refusal}`];
  if (header !== undefined) return [`hub_id: the header x-hub-id names ${refusal}`];
  if (isHubNamed) return [`hub_id: the body names ${refusal}`];
  return entry?.hubId === caller.hubId
    ? [`hub_id: the token is for ${refusal}`]
    : [`hub_id: the Host leads to ${refusal}; name yours by hub_id`];
}
