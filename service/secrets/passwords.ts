import { hash, verify } from '@node-rs/argon2';

/** Returns the Argon2id hash with the library's parameters (OWASP's: 19 MiB, 2 passes). */
export const hashPassword = (password: string): Promise<string> => hash(password);

// Compared where no hash is stored, so that an unknown account takes as long as a wrong password.
const substitute = hash('no account has this password');

/** Compares a password with a stored hash; false without a hash. */
export async function isPassword(
  stored: string | null | undefined,
  password: string,
): Promise<boolean> {
  const matches = await verify(stored ?? (await substitute), password);
  return matches && Boolean(stored);
}
