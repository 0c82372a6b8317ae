import { createHash } from 'node:crypto';

/**
 * Returns the SHA-256 of a secret that is stored only to be compared, in hexadecimal. Tokens are
 * random, so a fast hash is safe.
 */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
