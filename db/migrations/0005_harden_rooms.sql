ALTER TABLE `participants` ADD `read_hidden` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `system_access_at` bigint;