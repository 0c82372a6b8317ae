import { defined } from '../../acl/language/defined.ts';
import { maxIds, maxMessageLength } from '../../acl/language/limits.ts';
import type { HubRecord } from '../../db/reading/identity/hubs.ts';
import { presentHubSettings } from './setting.ts';

/** Numbers that are infinite where a limit is switched off. */
interface HubLimits {
  maxFilesPerMessage: number;
  maxFileBytes: number;
}

/** `storage` is shown to admins only. */
export const presentHub = (
  hub: HubRecord,
  { maxFilesPerMessage, maxFileBytes }: HubLimits,
  storage?: { used: number; limit: number | null } | undefined,
) => ({
  hub_id: hub.id,
  name: hub.name,
  hosts: hub.hosts,
  origins: hub.origins,
  member_count: hub.memberCount,
  settings: presentHubSettings(hub),
  limits: {
    message_characters: maxMessageLength,
    message_files: Math.min(maxFilesPerMessage, maxIds),
    file_bytes: Number.isFinite(maxFileBytes) ? maxFileBytes : null,
  },
  ...defined({ storage }),
  has_app: hub.hasApp,
});
