CREATE TABLE `member_settings` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`muted` boolean NOT NULL DEFAULT false,
	`mentions_only` boolean NOT NULL DEFAULT false,
	`notify_on_reactions` boolean NOT NULL DEFAULT true,
	`mobile_notifications` varchar(20) character set ascii collate ascii_bin NOT NULL DEFAULT 'always',
	CONSTRAINT `member_settings_hub_id_user_id_pk` PRIMARY KEY(`hub_id`,`user_id`)
);
--> statement-breakpoint
ALTER TABLE `hubs` ADD `last_seq` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `hubs` ADD `retention_days` int DEFAULT 3650 NOT NULL;--> statement-breakpoint
ALTER TABLE `hubs` ADD `reactions_enabled` boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `is_public` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `expired_at` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `purged_at` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_time` ON `messages` (`hub_id`,`room_id`,`created_ms`);--> statement-breakpoint
CREATE INDEX `rooms_public` ON `rooms` (`hub_id`,`is_public`);