CREATE TABLE `name_suffixes` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`kind` varchar(6) character set ascii collate ascii_bin NOT NULL,
	`suffix` varbinary(64) NOT NULL,
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	CONSTRAINT `name_suffixes_hub_id_kind_suffix_id_pk` PRIMARY KEY(`hub_id`,`kind`,`suffix`,`id`)
);
--> statement-breakpoint
ALTER TABLE `hubs` ADD `member_count` int DEFAULT 0 NOT NULL, ALGORITHM=INSTANT;--> statement-breakpoint
UPDATE `hubs` h SET h.`member_count` = (SELECT COUNT(*) FROM `members` m
  WHERE m.`hub_id` = h.`id` AND m.`privilege` > 0);
