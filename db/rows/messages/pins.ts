import { and, eq, inArray } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { pins } from '../../tables/index.ts';

export interface PinRecord {
  messageId: string;
  userId: string;
  pinnedMs: number;
}

/** A room's pins, the newest first. */
export const listPins = (hub: Hub, roomId: string): Promise<PinRecord[]> =>
  hub.read<PinRecord>(
    'SELECT message_id AS messageId, user_id AS userId, pinned_ms AS pinnedMs FROM pins WHERE hub_id = ? AND room_id = ? ORDER BY pinned_ms DESC',
    [hub.id, roomId],
  );

export const queuePin = (hub: Hub, roomId: string, pin: PinRecord): void =>
  hub.atCommit(build.insert(pins).values({ hubId: hub.id, roomId, ...pin }));

export const queueUnpin = (hub: Hub, roomId: string, messageId: string): void =>
  hub.atCommit(build.delete(pins).where(these(hub, [{ roomId, id: messageId }])));

/** Deleted messages are pinned no more. */
export async function deletePins(
  hub: Hub,
  messages: readonly { id: string; roomId: string }[],
): Promise<void> {
  await hub.write(build.delete(pins).where(these(hub, messages)));
}

const these = (hub: Hub, messages: readonly { id: string; roomId: string }[]) =>
  and(
    eq(pins.hubId, hub.id),
    inArray(pins.roomId, [...new Set(messages.map((message) => message.roomId))]),
    inArray(
      pins.messageId,
      messages.map((message) => message.id),
    ),
  );
