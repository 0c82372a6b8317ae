import { bigint, customType } from 'drizzle-orm/mysql-core';

/** Compared by bytes: ids, hashes, keys that clients choose. */
export const ascii = (length: number) =>
  customType<{ data: string }>({
    dataType: () => `varchar(${length}) character set ascii collate ascii_bin`,
  });
/** Compared by bytes, including spaces at the end, which other columns ignore. */
export const bytes = (length: number) =>
  customType<{ data: string; driverData: Buffer | string }>({
    dataType: () => `varbinary(${length})`,
    fromDriver: (value) => value.toString(),
  });
/** A subject or an external id: up to 255 characters of any script, compared by their bytes. */
export const externalId = bytes(4 * 255);
export const uuid = ascii(36);
export const hash = ascii(64);
/** A name as it was given. Names are compared and searched by their normal form instead. */
export const givenName = customType<{ data: string }>({
  dataType: () => 'varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci',
});
/** An e-mail address, compared character by character. */
export const emailAddress = customType<{ data: string }>({
  dataType: () => 'varchar(254) character set utf8mb4 collate utf8mb4_bin',
});
/** The form of a name in which it is searched: see searchForm. Names get longer by it. */
export const searched = bytes(16_000);
export const mediumtext = customType<{ data: string }>({ dataType: () => 'mediumtext' });
/** JSON as text: MariaDB has no JSON type, and MySQL's reorders keys. */
export const jsonText = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'mediumtext',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => JSON.parse(value) as T,
  })(name);
/** A list as JSON; an empty one is stored as NULL. */
export const jsonList = customType<{ data: string[]; driverData: string | null }>({
  dataType: () => 'mediumtext',
  toDriver: (list) => (list.length > 0 ? JSON.stringify(list) : null),
  fromDriver: (value) => (value === null ? [] : (JSON.parse(value) as string[])),
});
export const count = (name: string) => bigint(name, { mode: 'number' });
export const time = count;
