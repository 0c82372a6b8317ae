import { and, eq, inArray } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { pins } from '../../tables/index.ts';

export interface PinRecord {
  messageId: string;
  userId: string;
  pinnedMs: number;
}

interface PinnedMessage {
  id: string;
  roomId: string;
}

const arePins = (hub: Hub, messages: readonly PinnedMessage[]) =>
  and(
    eq(pins.hubId, hub.id),
    inArray(pins.roomId, [...new Set(messages.map((message) => message.roomId))]),
    inArray(
      pins.messageId,
      messages.map((message) => message.id),
    ),
  );

/** Returns a room's pins, newest first. */
export const listPins = (hub: Hub, roomId: string): Promise<PinRecord[]> =>
  hub.read<PinRecord>(
    `SELECT message_id AS messageId, user_id AS userId, pinned_ms AS pinnedMs FROM pins
     WHERE hub_id = ? AND room_id = ? ORDER BY pinned_ms DESC`,
    [hub.id, roomId],
  );

export const queuePin = (hub: Hub, roomId: string, pin: PinRecord): void =>
  hub.atCommit(build.insert(pins).values({ hubId: hub.id, roomId, ...pin }));

export const queueUnpins = (hub: Hub, messages: readonly PinnedMessage[]): void =>
  hub.atCommit(build.delete(pins).where(arePins(hub, messages)));
