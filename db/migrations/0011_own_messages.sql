ALTER TABLE `participants` ADD COLUMN `own_after` bigint, ALGORITHM=INSTANT;--> statement-breakpoint
ALTER TABLE `participants` DROP INDEX `participants_member`, ADD INDEX `participants_member`
  (`hub_id`,`user_id`,`room_id`,`pointer`,`posted_at`,`hidden_at`,`archived_at`,`own_after`),
  ALGORITHM=INPLACE, LOCK=NONE;
