CREATE TABLE IF NOT EXISTS `migration_steps` (
	`name` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`done_ms` bigint NOT NULL,
	CONSTRAINT `migration_steps_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
ALTER TABLE `users` MODIFY COLUMN `email` varchar(254) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `users` ADD `search` varbinary(16000);--> statement-breakpoint
ALTER TABLE `rooms` ADD `search` varbinary(16000);