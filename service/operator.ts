import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const fileOf = (dataDir: string): string => join(dataDir, 'operator-token');

/** The operator's token of an embedded service: made at the first start, readable by its owner only. */
export async function keepOperatorToken(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  try {
    const file = await open(fileOf(dataDir), 'wx', 0o600);
    const token = randomBytes(32).toString('base64url');
    await file.writeFile(`${token}\n`);
    await file.sync();
    await file.close();
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readOperatorToken(dataDir);
  }
}

export async function readOperatorToken(dataDir: string): Promise<string> {
  const token = (await readFile(fileOf(dataDir), 'utf8')).trim();
  if (token.length < 32)
    throw new Error(
      `${fileOf(dataDir)} holds no token of at least 32 characters; delete it, and the next start writes a new one.`,
    );
  return token;
}
