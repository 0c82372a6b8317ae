import { eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { hosts } from '../../tables/index.ts';

/** Returns which of the host names belong to another hub. */
export async function listTakenHosts(
  tx: Transaction,
  names: readonly string[],
  exceptHubId = '',
): Promise<string[]> {
  if (names.length === 0) return [];
  const rows = await tx.read<{ host: string }>(
    'SELECT host FROM hosts WHERE host IN (?) AND hub_id <> ?',
    [names, exceptHubId],
  );
  return rows.map((row) => row.host);
}

export async function insertHosts(
  tx: Transaction,
  hubId: string,
  names: readonly string[],
): Promise<void> {
  if (names.length > 0)
    await tx.write(build.insert(hosts).values(names.map((host) => ({ hubId, host }))));
}

export async function replaceHosts(hub: Hub, names: readonly string[]): Promise<void> {
  await hub.write(build.delete(hosts).where(eq(hosts.hubId, hub.id)));
  await insertHosts(hub, hub.id, names);
}
