ALTER TABLE `member_settings` ADD COLUMN `muted_until_ms` bigint, ALGORITHM=INSTANT;--> statement-breakpoint
ALTER TABLE `participants`
  ADD COLUMN `notify_level` varchar(8) character set ascii collate ascii_bin,
  ADD COLUMN `notify_until_ms` bigint, ALGORITHM=INSTANT;--> statement-breakpoint
ALTER TABLE `participants` DROP INDEX `participants_member`, ADD INDEX `participants_member`
  (`hub_id`,`user_id`,`room_id`,`pointer`,`posted_at`,`hidden_at`,`archived_at`,`own_after`,`notify_level`,`notify_until_ms`),
  ADD INDEX `participants_level` (`hub_id`,`room_id`,`notify_level`),
  ALGORITHM=INPLACE, LOCK=NONE;
