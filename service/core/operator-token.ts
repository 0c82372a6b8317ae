import { keepSecret, readSecret } from './secrets.ts';

const fileName = 'operator-token';

/** The operator's token of an embedded service: made at the first start. */
export const keepOperatorToken = (dataDir: string): Promise<string> =>
  keepSecret(dataDir, fileName);

export const readOperatorToken = (dataDir: string): Promise<string> =>
  readSecret(dataDir, fileName);
