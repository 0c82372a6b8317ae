CREATE TABLE `attachments` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`owner_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`state` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`file_name` varchar(255) NOT NULL,
	`extension` varchar(32) NOT NULL,
	`mimetype` varchar(127) character set ascii collate ascii_bin NOT NULL,
	`category` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`filesize` bigint NOT NULL,
	`width` int,
	`height` int,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `attachments_hub_id_id_pk` PRIMARY KEY(`hub_id`,`id`)
);
--> statement-breakpoint
CREATE TABLE `audit` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`hub_id` varchar(36) character set ascii collate ascii_bin,
	`actor` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`method` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`outcome` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`address` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `audit_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `blocks` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`blocked_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `blocks_hub_id_user_id_blocked_id_pk` PRIMARY KEY(`hub_id`,`user_id`,`blocked_id`)
);
--> statement-breakpoint
CREATE TABLE `due_receipts` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`due_ms` bigint NOT NULL,
	CONSTRAINT `due_receipts_hub_id_room_id_user_id_pk` PRIMARY KEY(`hub_id`,`room_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `echoes` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`author_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`echo_key` varbinary(128) NOT NULL,
	`digest` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`made_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	CONSTRAINT `echoes_hub_id_author_id_room_id_echo_key_pk` PRIMARY KEY(`hub_id`,`author_id`,`room_id`,`echo_key`)
);
--> statement-breakpoint
CREATE TABLE `event_targets` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`seq` bigint NOT NULL,
	CONSTRAINT `event_targets_hub_id_user_id_seq_pk` PRIMARY KEY(`hub_id`,`user_id`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `events` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`seq` bigint NOT NULL,
	`name` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin,
	`actor_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`stream` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`prev_seq` bigint NOT NULL,
	`echo_id` varchar(64) character set ascii collate ascii_bin,
	`data` mediumtext NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `events_hub_id_seq_pk` PRIMARY KEY(`hub_id`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `hosts` (
	`host` varchar(253) character set ascii collate ascii_bin NOT NULL,
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	CONSTRAINT `hosts_host` PRIMARY KEY(`host`)
);
--> statement-breakpoint
CREATE TABLE `hubs` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`seq` bigint NOT NULL DEFAULT 0,
	`acl_epoch` bigint NOT NULL DEFAULT 0,
	`log_floor` bigint NOT NULL DEFAULT 0,
	`origins` mediumtext NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `hubs_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `identities` (
	`issuer` varchar(191) character set ascii collate ascii_bin NOT NULL,
	`subject` varchar(191) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`secret_hash` varchar(255) character set ascii collate ascii_bin,
	CONSTRAINT `identities_issuer_subject_pk` PRIMARY KEY(`issuer`,`subject`)
);
--> statement-breakpoint
CREATE TABLE `keys` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`kind` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`permission` tinyint unsigned NOT NULL,
	`secret_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin,
	`created_by` varchar(36) character set ascii collate ascii_bin,
	`created_ms` bigint NOT NULL,
	`revoked_ms` bigint,
	CONSTRAINT `keys_hub_id_id_pk` PRIMARY KEY(`hub_id`,`id`),
	CONSTRAINT `keys_secret_hash_unique` UNIQUE(`secret_hash`)
);
--> statement-breakpoint
CREATE TABLE `members` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`privilege` tinyint unsigned NOT NULL,
	`last_seq` bigint NOT NULL DEFAULT 0,
	`joined_ms` bigint NOT NULL,
	CONSTRAINT `members_hub_id_user_id_pk` PRIMARY KEY(`hub_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `message_attachments` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`message_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`position` int NOT NULL,
	`attachment_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	CONSTRAINT `message_attachments_hub_id_message_id_position_pk` PRIMARY KEY(`hub_id`,`message_id`,`position`)
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`ordinal` bigint NOT NULL,
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`seq` bigint NOT NULL,
	`prev_seq` bigint NOT NULL,
	`author_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`body` mediumtext NOT NULL,
	`thread_id` varchar(36) character set ascii collate ascii_bin,
	`root_id` varchar(36) character set ascii collate ascii_bin,
	`forward_of` varchar(36) character set ascii collate ascii_bin,
	`mention_ids` mediumtext,
	`attachment_count` int NOT NULL DEFAULT 0,
	`echo_id` varchar(64) character set ascii collate ascii_bin,
	`version` int NOT NULL DEFAULT 1,
	`edited_ms` bigint,
	`deleted_ms` bigint,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `messages_hub_id_room_id_ordinal_pk` PRIMARY KEY(`hub_id`,`room_id`,`ordinal`),
	CONSTRAINT `messages_id` UNIQUE(`hub_id`,`id`),
	CONSTRAINT `messages_seq` UNIQUE(`hub_id`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `participants` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`owner` boolean NOT NULL DEFAULT false,
	`pointer` bigint NOT NULL,
	`posted_at` bigint NOT NULL DEFAULT 0,
	`hidden_at` bigint NOT NULL DEFAULT 0,
	`archived_at` bigint,
	`joined_seq` bigint NOT NULL,
	`joined_ms` bigint NOT NULL,
	`receipt_ms` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `participants_hub_id_room_id_user_id_pk` PRIMARY KEY(`hub_id`,`room_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `removals` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`ordinal` bigint NOT NULL,
	`own` boolean NOT NULL,
	CONSTRAINT `removals_hub_id_room_id_user_id_ordinal_pk` PRIMARY KEY(`hub_id`,`room_id`,`user_id`,`ordinal`)
);
--> statement-breakpoint
CREATE TABLE `rooms` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`kind` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`direct_key` varchar(73) character set ascii collate ascii_bin,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`description` text NOT NULL,
	`archived` boolean NOT NULL DEFAULT false,
	`last_ordinal` bigint NOT NULL DEFAULT 0,
	`last_at_ms` bigint NOT NULL,
	`removed_at` bigint NOT NULL DEFAULT 0,
	`last_seq` bigint NOT NULL DEFAULT 0,
	`member_count` int NOT NULL,
	`created_by` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `rooms_hub_id_id_pk` PRIMARY KEY(`hub_id`,`id`),
	CONSTRAINT `rooms_direct` UNIQUE(`hub_id`,`direct_key`)
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`kind` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`hub_id` varchar(36) character set ascii collate ascii_bin,
	`privilege_cap` tinyint unsigned NOT NULL,
	`grants` mediumtext,
	`key_id` varchar(36) character set ascii collate ascii_bin,
	`user_agent` varchar(255) NOT NULL,
	`created_ms` bigint NOT NULL,
	`expires_ms` bigint NOT NULL,
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`),
	CONSTRAINT `sessions_token_hash_unique` UNIQUE(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `tag_map` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`tag_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`entity_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	CONSTRAINT `tag_map_hub_id_user_id_tag_id_entity_id_pk` PRIMARY KEY(`hub_id`,`user_id`,`tag_id`,`entity_id`)
);
--> statement-breakpoint
CREATE TABLE `tags` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `tags_hub_id_user_id_id_pk` PRIMARY KEY(`hub_id`,`user_id`,`id`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`email` varchar(254),
	`firstname` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`lastname` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`created_ms` bigint NOT NULL,
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_email_unique` UNIQUE(`email`)
);
--> statement-breakpoint
CREATE INDEX `attachments_owner` ON `attachments` (`hub_id`,`owner_id`,`state`);--> statement-breakpoint
CREATE INDEX `attachments_age` ON `attachments` (`state`,`created_ms`);--> statement-breakpoint
CREATE INDEX `audit_hub` ON `audit` (`hub_id`,`created_ms`);--> statement-breakpoint
CREATE INDEX `due_receipts_due` ON `due_receipts` (`due_ms`);--> statement-breakpoint
CREATE INDEX `echoes_made` ON `echoes` (`hub_id`,`made_id`);--> statement-breakpoint
CREATE INDEX `event_targets_seq` ON `event_targets` (`hub_id`,`seq`);--> statement-breakpoint
CREATE INDEX `events_age` ON `events` (`created_ms`);--> statement-breakpoint
CREATE INDEX `hosts_hub` ON `hosts` (`hub_id`);--> statement-breakpoint
CREATE INDEX `identities_user` ON `identities` (`user_id`);--> statement-breakpoint
CREATE INDEX `members_user` ON `members` (`user_id`);--> statement-breakpoint
CREATE INDEX `message_attachments_file` ON `message_attachments` (`hub_id`,`attachment_id`);--> statement-breakpoint
CREATE INDEX `messages_root` ON `messages` (`hub_id`,`root_id`,`ordinal`);--> statement-breakpoint
CREATE INDEX `participants_user` ON `participants` (`hub_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `participants_joined` ON `participants` (`hub_id`,`room_id`,`joined_ms`,`user_id`);--> statement-breakpoint
CREATE INDEX `participants_owner` ON `participants` (`hub_id`,`room_id`,`owner`);--> statement-breakpoint
CREATE INDEX `removals_message` ON `removals` (`hub_id`,`room_id`,`ordinal`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`created_ms`);--> statement-breakpoint
CREATE INDEX `sessions_key` ON `sessions` (`key_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_ms`);--> statement-breakpoint
CREATE INDEX `tag_map_entity` ON `tag_map` (`hub_id`,`user_id`,`entity_id`);