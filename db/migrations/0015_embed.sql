CREATE TABLE `last_seen` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`seen_ms` bigint NOT NULL,
	CONSTRAINT `last_seen_hub_id_user_id_pk` PRIMARY KEY(`hub_id`,`user_id`)
);
--> statement-breakpoint
ALTER TABLE `rooms` ADD `external_id` varbinary(1020),
  ADD UNIQUE INDEX `rooms_external` (`hub_id`,`external_id`), ALGORITHM=INPLACE, LOCK=NONE;
