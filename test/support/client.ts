import * as hubchat from '../../client/index.ts';
import { fetchLight } from '../../scripts/import/fetch.ts';

export { fetchLight, type Response } from '../../scripts/import/fetch.ts';

/** The typed client, with the light fetch. It repeats nothing: tests look at each answer. */
export const createClient = (options: hubchat.ClientOptions): hubchat.Client =>
  hubchat.createClient({ fetch: fetchLight, retryForMs: 0, ...options });
