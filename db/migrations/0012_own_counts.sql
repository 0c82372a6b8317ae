CREATE TABLE `own_counts` (
	`hub_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`room_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`ordinal` bigint NOT NULL,
	`total` bigint NOT NULL,
	CONSTRAINT `own_counts_hub_id_room_id_user_id_ordinal_pk` PRIMARY KEY(`hub_id`,`room_id`,`user_id`,`ordinal`)
);
