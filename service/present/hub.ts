import type { HubRecord } from '../../db/reading/identity/hubs.ts';
import { presentHubSettings } from './setting.ts';

export const presentHub = (hub: HubRecord) => ({
  hub_id: hub.id,
  name: hub.name,
  hosts: hub.hosts,
  origins: hub.origins,
  member_count: hub.memberCount,
  settings: presentHubSettings(hub),
  has_app: hub.hasApp,
});
