CREATE TABLE `pins` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`message_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`pinned_ms` bigint NOT NULL,
	CONSTRAINT `pins_hub_id_room_id_message_id_pk` PRIMARY KEY(`hub_id`,`room_id`,`message_id`)
);
--> statement-breakpoint
CREATE TABLE `reactions` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`message_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`emoji` varbinary(64) NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `reactions_hub_id_message_id_emoji_user_id_pk` PRIMARY KEY(`hub_id`,`message_id`,`emoji`,`user_id`)
);
--> statement-breakpoint
ALTER TABLE `attachments` ADD `has_thumbnail` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `message_id` varchar(36) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `messages` ADD `reaction_count` int DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `participants` ADD `read_at` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_author` ON `messages` (`hub_id`,`room_id`,`author_id`,`ordinal`);