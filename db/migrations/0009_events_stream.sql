ALTER TABLE `events` ADD INDEX `events_stream` (`hub_id`,`stream`,`seq`),
  DROP INDEX `events_age`, ALGORITHM=INPLACE, LOCK=NONE;
