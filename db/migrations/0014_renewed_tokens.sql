ALTER TABLE `sessions` ADD `renewed_hash` varchar(64) character set ascii collate ascii_bin,
  ADD `old_hash` varchar(64) character set ascii collate ascii_bin,
  ADD `old_ends_ms` bigint,
  ADD `renewed_ms` bigint,
  ALGORITHM=INSTANT;
