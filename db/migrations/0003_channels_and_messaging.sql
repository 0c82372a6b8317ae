CREATE TABLE `mail` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`from_id` varchar(36) character set ascii collate ascii_bin,
	`from_name` varchar(255) NOT NULL,
	`from_pic` text,
	`to_ids` mediumtext,
	`content` mediumtext NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`sent_ms` bigint NOT NULL,
	`created_ms` bigint NOT NULL,
	`updated_ms` bigint NOT NULL,
	`bulk_after` varchar(36) character set ascii collate ascii_bin,
	`bulk_sent` int NOT NULL DEFAULT 0,
	CONSTRAINT `mail_hub_id_id_pk` PRIMARY KEY(`hub_id`,`id`)
);
--> statement-breakpoint
CREATE TABLE `mailboxes` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`owner_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`box` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`mail_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`is_read` boolean NOT NULL DEFAULT false,
	`version` int NOT NULL DEFAULT 1,
	`created_ms` bigint NOT NULL,
	`updated_ms` bigint NOT NULL,
	CONSTRAINT `mailboxes_hub_id_owner_id_box_mail_id_pk` PRIMARY KEY(`hub_id`,`owner_id`,`box`,`mail_id`)
);
--> statement-breakpoint
ALTER TABLE `keys` ADD `app_secret` varchar(255);--> statement-breakpoint
ALTER TABLE `sessions` ADD `data` mediumtext;--> statement-breakpoint
ALTER TABLE `users` ADD `picture_url` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `content` mediumtext;--> statement-breakpoint
ALTER TABLE `messages` ADD `sender` mediumtext;--> statement-breakpoint
ALTER TABLE `rooms` ADD `channel_key` varchar(110) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `rooms` ADD `history_limit` int;--> statement-breakpoint
ALTER TABLE `rooms` ADD `expire_days` int;--> statement-breakpoint
ALTER TABLE `rooms` ADD CONSTRAINT `rooms_channel` UNIQUE(`hub_id`,`channel_key`);--> statement-breakpoint
CREATE INDEX `mail_bulk` ON `mail` (`bulk_after`);--> statement-breakpoint
CREATE INDEX `mailboxes_unread` ON `mailboxes` (`hub_id`,`owner_id`,`box`,`is_read`);--> statement-breakpoint
CREATE INDEX `mailboxes_mail` ON `mailboxes` (`hub_id`,`mail_id`);--> statement-breakpoint
CREATE INDEX `mailboxes_time` ON `mailboxes` (`hub_id`,`owner_id`,`created_ms`);--> statement-breakpoint
CREATE INDEX `rooms_stale` ON `rooms` (`expire_days`,`last_at_ms`);