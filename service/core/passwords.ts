import { hash, verify } from '@node-rs/argon2';

/** Argon2id with the library's parameters (OWASP's: 19 MiB, 2 passes). */
export const hashPassword = (password: string): Promise<string> => hash(password);

// Somebody's hash, so that an unknown account takes as long as a wrong password.
const nobody = hash('nobody has this password');

export async function isPassword(
  stored: string | null | undefined,
  password: string,
): Promise<boolean> {
  const matches = await verify(stored ?? (await nobody), password);
  return matches && Boolean(stored);
}
