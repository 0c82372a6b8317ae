ALTER TABLE `message_attachments`
  ADD COLUMN `room_id` varchar(36) character set ascii collate ascii_bin,
  ADD COLUMN `ordinal` bigint,
  ADD COLUMN `is_picture` boolean, ALGORITHM=INSTANT;--> statement-breakpoint
UPDATE `message_attachments` ma
  JOIN `messages` m ON m.`hub_id` = ma.`hub_id` AND m.`id` = ma.`message_id`
  JOIN `attachments` a ON a.`hub_id` = ma.`hub_id` AND a.`id` = ma.`attachment_id`
  SET ma.`room_id` = m.`room_id`, ma.`ordinal` = m.`ordinal`,
    ma.`is_picture` = (a.`category` = 'image' AND a.`has_thumbnail`)
  WHERE ma.`room_id` IS NULL;--> statement-breakpoint
ALTER TABLE `message_attachments` ADD INDEX `message_attachments_room`
  (`hub_id`,`room_id`,`is_picture`,`ordinal`,`position`), ALGORITHM=INPLACE, LOCK=NONE;
