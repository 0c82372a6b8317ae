CREATE TABLE `member_makers` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`maker_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`made_ms` bigint NOT NULL,
	CONSTRAINT `member_makers_hub_id_maker_id_user_id_pk` PRIMARY KEY(`hub_id`,`maker_id`,`user_id`)
);
--> statement-breakpoint
CREATE INDEX `keys_id` ON `keys` (`id`);--> statement-breakpoint
INSERT INTO `member_makers` (`hub_id`, `maker_id`, `user_id`, `made_ms`)
SELECT `hub_id`, `made_by_key`, `user_id`, `joined_ms` FROM `members` WHERE `made_by_key` IS NOT NULL;--> statement-breakpoint
ALTER TABLE `members` DROP COLUMN `made_by_key`;
