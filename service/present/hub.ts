import { defined } from '../../acl/language/defined.ts';
import type { HubRecord } from '../../db/reading/identity/hubs.ts';
import { presentHubSettings } from './setting.ts';

/** `storage` is shown to admins only. */
export const presentHub = (
  hub: HubRecord,
  storage?: { used: number; limit: number | null } | undefined,
) => ({
  hub_id: hub.id,
  name: hub.name,
  hosts: hub.hosts,
  origins: hub.origins,
  member_count: hub.memberCount,
  settings: presentHubSettings(hub),
  ...defined({ storage }),
  has_app: hub.hasApp,
});
