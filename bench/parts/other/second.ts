import type { Bench } from '../../contest.ts';
import type { Database } from '../../sides/database.ts';
import { type Hubchat, startHubchat } from '../../sides/hubchat.ts';

/** Starts another service of the same checkout, on a schema of its own. */
export const startSecond = (
  { folder, atEnd }: Bench,
  { name, checkout }: Hubchat,
  purpose: string,
  database: Pick<Database, 'create'>,
): Promise<Hubchat> =>
  startHubchat({ name: `${name}_${purpose}`, checkout, database, folder, atEnd });
