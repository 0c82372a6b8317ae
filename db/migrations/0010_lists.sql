ALTER TABLE `members` ADD INDEX `members_privilege` (`hub_id`,`privilege`),
  ALGORITHM=INPLACE, LOCK=NONE;--> statement-breakpoint
ALTER TABLE `rooms` ADD INDEX `rooms_activity` (`hub_id`,`last_at_ms` DESC,`id`),
  ALGORITHM=INPLACE, LOCK=NONE;--> statement-breakpoint
ALTER TABLE `participants` ADD INDEX `participants_member`
  (`hub_id`,`user_id`,`room_id`,`pointer`,`posted_at`,`hidden_at`,`archived_at`),
  DROP INDEX `participants_user`, ALGORITHM=INPLACE, LOCK=NONE;