import { SignJWT } from 'jose';
import type { App } from '../../service/app.ts';
import { clientOf, newEmail, platform } from './caller.ts';
import { type Member, memberOf, type TestHub } from './hub.ts';

/** The external issuer of JWTs, and the environment of a service that accepts them. */
export const issuer = 'https://id.example.com';
export const jwtSecret = 'a secret of the tests, of 32 characters or more';
export const jwtEnvironment = { JWT_ISSUER: issuer, JWT_SECRET: jwtSecret };

export interface Claims {
  sub?: unknown;
  iss?: string;
  aud?: string;
  exp?: string | number;
  nbf?: string | number;
  iat?: number;
  hub_id?: unknown;
  grants?: unknown;
  [claim: string]: unknown;
}

/** A JWT that expires in two minutes by default. */
export function sign(
  { iss = issuer, aud, exp = '2m', nbf, ...claims }: Claims,
  key: Parameters<SignJWT['sign']>[0] = new TextEncoder().encode(jwtSecret),
  alg = 'HS256',
): Promise<string> {
  const token = new SignJWT(claims as Record<string, unknown>)
    .setProtectedHeader({ alg })
    .setIssuer(iss);
  if (exp !== '') token.setExpirationTime(exp);
  if (aud !== undefined) token.setAudience(aud);
  if (nbf !== undefined) token.setNotBefore(nbf);
  return token.sign(key);
}

export const as = (app: App, token: string, hubId?: string) => clientOf(token, hubId, app.url);

/** A user whom the operator joined to a subject, and who is a member of these hubs. */
export async function newSubject(
  app: App,
  ...hubs: TestHub<string>[]
): Promise<{ id: string; sub: string }> {
  const sub = `auth0|${newEmail()}`;
  const { user_id: id } = await platform(app.url).user.create({
    firstname: 'Grace',
    external_id: sub,
  });
  for (const hub of hubs) await hub.operator.hub.add_member({ user_id: id });
  return { id, sub };
}

/** A member whom the hub knows by an external id, with a session for all hubs. */
export async function newExternal(
  app: App,
  { id: hubId }: TestHub<string>,
  admin: Member,
  external_id: string = newEmail(),
): Promise<{ member: Member; sub: string }> {
  const { user_id } = await admin.user.create({ firstname: 'Grace', external_id });
  return { member: await memberOf(app, user_id, hubId), sub: external_id };
}
