DROP INDEX `attachments_owner` ON `attachments`;--> statement-breakpoint
CREATE INDEX `attachments_storage` ON `attachments` (`hub_id`,`state`,`owner_id`,`filesize`);