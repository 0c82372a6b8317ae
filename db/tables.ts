/**
 * Every table. hub_id comes first in every key, so that one hub's rows lie together and a hub is the unit of sharding.
 * Times are unix milliseconds in BIGINT (cheaper to read than DATETIME), flags are 0/1.
 */
export * from './tables/events.ts';
export * from './tables/files.ts';
export * from './tables/hubs.ts';
export * from './tables/mail.ts';
export * from './tables/messages.ts';
export * from './tables/rooms.ts';
