import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const leastCharacters = 32;
const operatorToken = 'operator-token';

/**
 * Returns the secret in a file of the data folder. The first call makes it: 32 random bytes in
 * base64url, in a file that only its owner can read. The file gets its name once it is complete: a
 * start that is killed, or finds the disk full, leaves no empty one.
 */
export async function keepSecret(dataDir: string, name: string): Promise<string> {
  const path = join(dataDir, name);
  const isKept = await access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (isKept) return readSecret(dataDir, name);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('base64url');
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return secret;
}

async function readSecret(dataDir: string, name: string): Promise<string> {
  const path = join(dataDir, name);
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret.length < leastCharacters)
    throw new Error(
      `${path} has fewer than ${leastCharacters} characters. ` +
        'Delete it, and the next start writes a new one.',
    );
  return secret;
}

/** Returns the operator token of an embedded service, which its first start makes. */
export const keepOperatorToken = (dataDir: string): Promise<string> =>
  keepSecret(dataDir, operatorToken);

/** Returns the operator token that the service has written; fails when there is none. */
export const readOperatorToken = (dataDir: string): Promise<string> =>
  readSecret(dataDir, operatorToken);
