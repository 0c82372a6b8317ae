import * as hubchat from '../../client/index.ts';
import { fetchLight } from '../../scripts/import/fetch.ts';

export { fetchLight, type Response } from '../../scripts/import/fetch.ts';

/** The typed client, with the light fetch. */
export const createClient = (options: hubchat.ClientOptions): hubchat.Client =>
  hubchat.createClient({ fetch: fetchLight, ...options });
