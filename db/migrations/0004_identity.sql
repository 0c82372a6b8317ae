CREATE TABLE `ended_jwts` (
	`hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`expires_ms` bigint NOT NULL,
	CONSTRAINT `ended_jwts_hash` PRIMARY KEY(`hash`)
);
--> statement-breakpoint
CREATE TABLE `known_networks` (
	`hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`seen_ms` bigint NOT NULL,
	CONSTRAINT `known_networks_hash` PRIMARY KEY(`hash`)
);
--> statement-breakpoint
ALTER TABLE `identities` MODIFY COLUMN `subject` varbinary(1020) NOT NULL;--> statement-breakpoint
ALTER TABLE `keys` ADD `made_by_key` varchar(36) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `keys` ADD `maker_privilege` tinyint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `members` ADD `left_ms` bigint;--> statement-breakpoint
ALTER TABLE `members` ADD `external_id` varbinary(1020);--> statement-breakpoint
ALTER TABLE `members` ADD `made_by_key` varchar(36) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `sessions` ADD `ended_as` varchar(8) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `members` ADD CONSTRAINT `members_external` UNIQUE(`hub_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `ended_jwts_expiry` ON `ended_jwts` (`expires_ms`);--> statement-breakpoint
CREATE INDEX `known_networks_seen` ON `known_networks` (`seen_ms`);--> statement-breakpoint
CREATE INDEX `keys_user` ON `keys` (`user_id`);--> statement-breakpoint
UPDATE `keys` k LEFT JOIN `members` m ON m.`hub_id` = k.`hub_id` AND m.`user_id` = k.`created_by`
SET k.`maker_privilege` = IF(k.`created_by` IS NULL, 63, COALESCE(m.`privilege`, 0));--> statement-breakpoint
UPDATE `keys` k JOIN `members` m ON m.`hub_id` = k.`hub_id` AND m.`user_id` = k.`user_id`
SET k.`revoked_ms` = ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000)
WHERE m.`privilege` = 0 AND k.`revoked_ms` IS NULL;--> statement-breakpoint
UPDATE `sessions` s JOIN `members` m ON m.`hub_id` = s.`hub_id` AND m.`user_id` = s.`user_id`
SET s.`ended_as` = 'ended' WHERE m.`privilege` = 0;--> statement-breakpoint
UPDATE `members` SET `left_ms` = ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) WHERE `privilege` = 0;--> statement-breakpoint
UPDATE IGNORE `members` m
JOIN `users` u ON u.`id` = m.`user_id`
JOIN `identities` i ON i.`user_id` = m.`user_id`
SET m.`external_id` = i.`subject`
WHERE i.`issuer` <> 'password' AND i.`issuer` NOT LIKE 'braincloud:%' AND (m.`joined_ms` = u.`created_ms`
  OR NOT EXISTS (SELECT 1 FROM (SELECT `user_id`, `joined_ms` FROM `members`) o
    WHERE o.`user_id` = u.`id` AND o.`joined_ms` = u.`created_ms`));--> statement-breakpoint
DELETE i FROM `identities` i
JOIN `users` u ON u.`id` = i.`user_id`
JOIN `members` m ON m.`user_id` = i.`user_id` AND m.`joined_ms` = u.`created_ms`
WHERE i.`issuer` <> 'password' AND i.`issuer` NOT LIKE 'braincloud:%';
