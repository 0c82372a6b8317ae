/**
 * All tables. hub_id comes first in every key, so that a hub's rows are stored together, and a hub
 * can be a shard. Times are unix milliseconds in BIGINT (cheaper to read than DATETIME); flags are
 * 0 or 1.
 */
export { columnsOf, type Selected } from './columns-of.ts';
export * from './events.ts';
export * from './files.ts';
export * from './hubs.ts';
export * from './mail.ts';
export * from './messages.ts';
export * from './migration-steps.ts';
export * from './names.ts';
export * from './rooms.ts';
