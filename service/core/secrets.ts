import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const shortest = 32;

/** A secret in a file of the data folder: made when it is asked for the first time, readable by its owner only. */
export async function keepSecret(dataDir: string, name: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  try {
    const file = await open(join(dataDir, name), 'wx', 0o600);
    const secret = randomBytes(32).toString('base64url');
    await file.writeFile(`${secret}\n`);
    await file.sync();
    await file.close();
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readSecret(dataDir, name);
  }
}

export async function readSecret(dataDir: string, name: string): Promise<string> {
  const path = join(dataDir, name);
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret.length < shortest)
    throw new Error(
      `${path} holds no secret of at least ${shortest} characters; delete it, and the next start writes a new one.`,
    );
  return secret;
}

/** Gives clients something to keep and bring back, such as where they are in a list: what was not given here is not opened. */
export interface Seal {
  seal(value: unknown): string;
  /** Undefined: it was not sealed here, or was changed. */
  open(text: string): unknown;
  /** For secrets that are kept and needed again. */
  encrypt(secret: string): string;
  /** Undefined: it was encrypted under another key. */
  decrypt(text: string): string | undefined;
}

export function createSeal(key: string): Seal {
  const cipherKey = createHash('sha256').update(`encrypt ${key}`).digest();
  const mac = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    seal(value) {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${text}.${mac(text).toString('base64url')}`;
    },
    open(sealed) {
      const [text = '', given = ''] = sealed.split('.');
      const [expected, actual] = [mac(text), Buffer.from(given, 'base64url')];
      if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
      return JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    },
    encrypt(secret) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce);
      const bytes = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString('base64url');
    },
    decrypt(text) {
      const bytes = Buffer.from(text, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', cipherKey, bytes.subarray(0, 12));
      try {
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
      } catch {
        return undefined;
      }
    },
  };
}
