import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Signs what clients keep and send back, and encrypts secrets at rest, with the service's key. */
export interface Seal {
  /** Returns a value as signed text. The value can be read by the client, but not changed. */
  seal(value: unknown): string;
  /** Returns the value of a signed text; undefined when the signature does not match. */
  open(text: string): unknown;
  /**
   * Returns the signature of a text, in base64url. The text begins with what it is for and a space,
   * so that no signature is taken for another one.
   */
  sign(text: string): string;
  /** Encrypts a secret that is stored and needed again in clear (AES-256-GCM). */
  encrypt(secret: string): string;
  /** Returns a decrypted secret; undefined when it was encrypted with another key. */
  decrypt(text: string): string | undefined;
}

/** Returns a seal for a key of at least 32 characters (`HUBCHAT_SECRET_KEY`). */
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
    sign: (text) => mac(text).toString('base64url'),
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
