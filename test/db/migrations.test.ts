import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate as runMigrations } from 'drizzle-orm/mysql2/migrator';
import { connect, type Pool } from '../../db/connection/connect.ts';
import { migrate, migrateAhead } from '../../db/setup/migrate.ts';
import { ownSchema } from '../support/app.ts';

const folder = fileURLToPath(new URL('../../db/migrations', import.meta.url));

/** Migrates a database up to, and not including, the migration with this number. */
async function migrateBefore(pool: Pool, number: number): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'hubchat-migrations-'));
  await cp(folder, copy, { recursive: true });
  const path = join(copy, 'meta/_journal.json');
  const journal = JSON.parse(await readFile(path, 'utf8')) as { entries: { idx: number }[] };
  const entries = journal.entries.filter(({ idx }) => idx < number);
  await writeFile(path, JSON.stringify({ ...journal, entries }));
  const connection = await pool.getConnection();
  await runMigrations(drizzle({ client: connection }), { migrationsFolder: copy });
  connection.destroy();
  await rm(copy, { recursive: true });
}

async function rowsOf(pool: Pool, sql: string): Promise<unknown[][]> {
  const [rows] = await pool.query({ sql, rowsAsArray: true });
  return rows as unknown[][];
}

describe('The migration of identities', () => {
  let pool: Pool;
  let schema: Awaited<ReturnType<typeof ownSchema>>;

  before(async () => {
    schema = await ownSchema();
    pool = connect(schema.address, 2);
    await migrateBefore(pool, 4);
    const insert = (table: string, columns: string, ...rows: unknown[][]) =>
      pool.query(`INSERT INTO ${table} (${columns}) VALUES ?`, [rows]);
    await insert(
      'hubs',
      'id, name, origins, created_ms',
      ['h1', 'One', '[]', 1],
      ['h2', 'Two', '[]', 1],
    );
    await insert(
      'users',
      'id, firstname, lastname, created_ms',
      ...['owner', 'admin', 'left', 'claimed', 'joined'].map((id) => [id, id, '', 100]),
    );
    await insert(
      'members',
      'hub_id, user_id, privilege, joined_ms',
      ...[
        ['h1', 'owner', 63, 200],
        ['h1', 'admin', 31, 200],
        ['h1', 'left', 0, 200],
      ],
      // An admin made this user as a member, at the same time.
      ...[
        ['h1', 'claimed', 7, 100],
        ['h2', 'claimed', 7, 200],
      ],
      ...[
        ['h1', 'joined', 7, 200],
        ['h2', 'joined', 7, 200],
      ],
    );
    const external = 'https://id.example.com';
    await insert(
      'identities',
      'issuer, subject, user_id, secret_hash',
      ...[
        ['password', 'owner', 'owner', 'hash'],
        ['braincloud:h1', 'a'.repeat(64), 'admin', null],
      ],
      ...[
        [external, 'claim', 'claimed', null],
        [external, 'join', 'joined', null],
      ],
    );
    const secretOf = (id: string) => id.padEnd(64, '0');
    const key = (id: string, by: string | null, user: string | null = null) => [
      ...['h1', id, 'api', id, 7, secretOf(id), user, by, 1],
    ];
    await insert(
      '`keys`',
      'hub_id, id, kind, name, permission, secret_hash, user_id, created_by, created_ms',
      ...[key('k1', null), key('k2', 'owner'), key('k3', 'admin'), key('k4', 'left')],
      ...[key('k5', null, 'left'), key('k6', null, 'admin')],
    );
    await insert(
      'sessions',
      'id, token_hash, kind, user_id, hub_id, privilege_cap, user_agent, created_ms, expires_ms',
      ...[
        ['s1', 'left', 'h1'],
        ['s2', 'left', null],
        ['s3', 'owner', 'h1'],
      ].map(([id = '', user, hub]) => [
        id,
        secretOf(id ?? ''),
        'issued',
        user,
        hub,
        63,
        '',
        1,
        9e15,
      ]),
    );
    await migrate(pool);
  });

  after(async () => {
    await pool.end();
    await schema[Symbol.asyncDispose]();
  });

  it('keeps what the maker of each key could do, and ends keys of former members', async () => {
    const rows = await rowsOf(
      pool,
      'SELECT id, maker_privilege, revoked_ms IS NOT NULL FROM `keys` ORDER BY id',
    );
    expect(rows).to.deep.equal([
      ...[
        ['k1', 63, 0],
        ['k2', 63, 0],
        ['k3', 31, 0],
        ['k4', 0, 0],
        ['k5', 63, 1],
        ['k6', 63, 0],
      ],
    ]);
  });

  it('ends one-hub sessions of former members, and no other', async () => {
    expect(await rowsOf(pool, 'SELECT id, ended_as FROM sessions ORDER BY id')).to.deep.equal([
      ...[
        ['s1', 'ended'],
        ['s2', null],
        ['s3', null],
      ],
    ]);
    const left = 'SELECT user_id FROM members WHERE left_ms IS NOT NULL';
    expect(await rowsOf(pool, left)).to.deep.equal([['left']]);
  });

  it('gives subjects to the hub whose admin set them, and keeps the operator’s', async () => {
    const ids = `SELECT hub_id, user_id, CONVERT(external_id USING utf8mb4) FROM members
      WHERE external_id IS NOT NULL ORDER BY user_id, hub_id`;
    expect(await rowsOf(pool, ids)).to.deep.equal([
      ...[
        ['h1', 'claimed', 'claim'],
        ['h1', 'joined', 'join'],
        ['h2', 'joined', 'join'],
      ],
    ]);
    const subjects = `SELECT CONVERT(subject USING utf8mb4), user_id, secret_hash FROM identities
      ORDER BY user_id`;
    expect(await rowsOf(pool, subjects)).to.deep.equal([
      ...[
        ['a'.repeat(64), 'admin', null],
        ['join', 'joined', null],
        ['owner', 'owner', 'hash'],
      ],
    ]);
  });
});

describe('The migration of search forms', () => {
  let pool: Pool;
  let schema: Awaited<ReturnType<typeof ownSchema>>;

  before(async () => {
    schema = await ownSchema();
    pool = connect(schema.address, 2);
    await migrateBefore(pool, 8);
    const users = Array.from({ length: 1200 }, (_, n) => [`u${n}`, 'Größe', n === 0 ? '' : `${n}`]);
    await pool.query('INSERT INTO users (id, firstname, lastname, created_ms) VALUES ?', [
      users.map((user) => [...user, 1]),
    ]);
    await pool.query("INSERT INTO hubs (id, name, origins, created_ms) VALUES ('h1', '', '[]', 1)");
    await pool.query(
      `INSERT INTO rooms (hub_id, id, kind, name, description, last_at_ms, member_count,
         created_by, created_ms) VALUES ?`,
      [
        [
          ['h1', 'r1', 'group', 'Cafe\u0301', '', 1, 1, 'u1', 1],
          ['h1', 'r2', 'channel', 'ガラス', '', 1, 1, 'u1', 1],
          ['h1', 'r3', 'direct', '', '', 1, 2, 'u1', 1],
        ],
      ],
    );
    await migrate(pool);
  });

  after(async () => {
    await pool.end();
    await schema[Symbol.asyncDispose]();
  });

  const searchOf = (table: string) =>
    rowsOf(pool, `SELECT id, CONVERT(search USING utf8mb4) FROM ${table} ORDER BY id LIMIT 3`);

  it('fills those of all users, group rooms and channels', async () => {
    expect(await searchOf('rooms')).to.deep.equal([
      ['r1', 'cafe'],
      ['r2', 'がらす'],
      ['r3', null],
    ]);
    expect((await searchOf('users')).slice(0, 2)).to.deep.equal([
      ['u0', 'grosse'],
      ['u1', 'grosse 1'],
    ]);
    expect(await rowsOf(pool, 'SELECT id FROM users WHERE search IS NULL')).to.deep.equal([]);
  });

  it('goes on where it was cut short, and changes nothing that is filled', async () => {
    await pool.query("DELETE FROM migration_steps WHERE name = '0008_search_of_users'");
    await pool.query("UPDATE users SET search = 'kept' WHERE id = 'u0'");
    await pool.query("UPDATE users SET search = NULL WHERE id = 'u1'");
    await migrate(pool);
    expect((await searchOf('users')).slice(0, 2)).to.deep.equal([
      ['u0', 'kept'],
      ['u1', 'grosse 1'],
    ]);
  });
});

describe('The migration of names', () => {
  let pool: Pool;
  let schema: Awaited<ReturnType<typeof ownSchema>>;

  before(async () => {
    schema = await ownSchema();
    pool = connect(schema.address, 2);
    await migrateBefore(pool, 13);
    await pool.query(
      `INSERT INTO hubs (id, name, origins, created_ms) VALUES
         ('h1', '', '[]', 1), ('h2', '', '[]', 1), ('h3', '', '[]', 1)`,
    );
    await pool.query(
      `INSERT INTO users (id, firstname, lastname, search, created_ms) VALUES
         ('u1', 'Äb', '', 'äb', 1), ('u2', 'C', '', 'c', 1), ('u3', '', '', '', 1)`,
    );
    await pool.query(
      `INSERT INTO members (hub_id, user_id, privilege, joined_ms) VALUES
         ('h1', 'u1', 7, 1), ('h1', 'u2', 0, 1), ('h2', 'u1', 7, 1), ('h2', 'u3', 7, 1)`,
    );
    await pool.query(
      `INSERT INTO rooms (hub_id, id, kind, name, search, description, last_at_ms, member_count,
         created_by, created_ms) VALUES
         ('h1', 'r1', 'group', 'Xyx', 'xyx', '', 1, 1, 'u1', 1),
         ('h1', 'r2', 'direct', '', NULL, '', 1, 2, 'u1', 1)`,
    );
    await migrate(pool);
  });

  after(async () => {
    await pool.end();
    await schema[Symbol.asyncDispose]();
  });

  const filled = async () =>
    (
      await rowsOf(
        pool,
        `SELECT hub_id, kind, CONVERT(suffix USING utf8mb4), id FROM name_suffixes
         ORDER BY hub_id, kind, id, suffix`,
      )
    ).map((row) => row.join(' '));

  it('fills the suffixes by which they are found, of former members too', async () => {
    expect(await filled()).to.deep.equal([
      'h1 member b u1',
      'h1 member äb u1',
      'h1 member c u2',
      'h1 room x r1',
      'h1 room xyx r1',
      'h1 room yx r1',
      'h2 member b u1',
      'h2 member äb u1',
    ]);
  });

  it('goes on where it was cut short, and changes nothing that is filled', async () => {
    await pool.query("DELETE FROM migration_steps WHERE name = 'name_suffixes'");
    await pool.query("DELETE FROM name_suffixes WHERE kind = 'room' OR hub_id = 'h2'");
    await pool.query("DELETE FROM name_suffixes WHERE suffix = 'b'");
    await migrate(pool);
    expect(await filled()).to.deep.equal([
      'h1 member äb u1',
      'h1 member c u2',
      'h1 room x r1',
      'h1 room xyx r1',
      'h1 room yx r1',
      'h2 member b u1',
      'h2 member äb u1',
    ]);
  });

  it('counts the members of each hub', async () => {
    expect(await rowsOf(pool, 'SELECT id, member_count FROM hubs ORDER BY id')).to.deep.equal([
      ['h1', 1],
      ['h2', 2],
      ['h3', 0],
    ]);
  });
});

describe('The migration of files of rooms', () => {
  it('notes of each file its room and place, and whether it is a picture', async () => {
    await using schema = await ownSchema();
    const pool = connect(schema.address, 2);
    try {
      await migrateBefore(pool, 17);
      await pool.query(
        `INSERT INTO messages (hub_id, room_id, ordinal, id, seq, prev_seq, author_id, body,
           created_ms) VALUES ('h1', 'r1', 3, 'm1', 1, 0, 'u1', '', 1)`,
      );
      await pool.query(
        `INSERT INTO attachments (hub_id, id, owner_id, state, file_name, extension, mimetype,
           category, filesize, has_thumbnail, created_ms) VALUES
           ('h1', 'f1', 'u1', 'attached', '', '', '', 'image', 1, 1, 1),
           ('h1', 'f2', 'u1', 'attached', '', '', '', 'image', 1, 0, 1),
           ('h1', 'f3', 'u1', 'attached', '', '', '', 'document', 1, 0, 1)`,
      );
      await pool.query(
        `INSERT INTO message_attachments (hub_id, message_id, position, attachment_id) VALUES
           ('h1', 'm1', 0, 'f1'), ('h1', 'm1', 1, 'f2'), ('h1', 'm1', 2, 'f3')`,
      );
      await migrate(pool);
      const sql = `SELECT attachment_id, room_id, ordinal, is_picture FROM message_attachments
        ORDER BY position`;
      expect(await rowsOf(pool, sql)).to.deep.equal([
        ['f1', 'r1', 3, 1],
        ['f2', 'r1', 3, 0],
        ['f3', 'r1', 3, 0],
      ]);
    } finally {
      await pool.end();
    }
  });
});

describe('migrateAhead', () => {
  it('changes the schema beside an earlier version, and leaves filling to a start', async () => {
    await using schema = await ownSchema();
    const pool = connect(schema.address, 2);
    try {
      await migrateBefore(pool, 12);
      const addHub = (id: string) =>
        pool.query(
          `INSERT INTO hubs (id, name, origins, created_ms) VALUES ('${id}', '', '[]', 1)`,
        );
      const addMember = (hubId: string) =>
        pool.query(
          `INSERT INTO members (hub_id, user_id, privilege, joined_ms)
           VALUES ('${hubId}', 'u1', 7, 1)`,
        );
      await pool.query(
        `INSERT INTO users (id, firstname, lastname, search, created_ms)
         VALUES ('u1', 'Ab', '', 'ab', 1)`,
      );
      await addHub('h1');
      await addMember('h1');
      const counts = () => rowsOf(pool, 'SELECT id, member_count FROM hubs ORDER BY id');
      const suffixes = () => rowsOf(pool, 'SELECT hub_id, suffix FROM name_suffixes');
      for (const _ of [1, 2]) expect(await migrateAhead(pool)).to.equal(true);
      expect(await rowsOf(pool, 'SELECT * FROM own_counts')).to.deep.equal([]);
      expect(await counts()).to.deep.equal([['h1', 0]]);
      // As the earlier version adds a member.
      await addHub('h2');
      await addMember('h2');
      await migrate(pool);
      expect(await counts()).to.deep.equal([
        ['h1', 1],
        ['h2', 1],
      ]);
      expect(await suffixes()).to.have.length(4);
      expect(await migrateAhead(pool)).to.equal(false);
    } finally {
      await pool.end();
    }
  });

  it('takes nothing from an earlier version: what is dropped is made again', async () => {
    for (const name of Object.keys(landed).filter((file) => file >= '0011')) {
      const sql = await readFile(join(folder, name), 'utf8');
      const namesOf = (verb: string) =>
        [...sql.matchAll(new RegExp(`\\b${verb} (?:INDEX|COLUMN|TABLE) \`(\\w+)\``, 'g'))].map(
          ([, dropped]) => dropped,
        );
      expect(namesOf('ADD'), name).to.include.members(namesOf('DROP'));
    }
  });
});

/** The beginning of the SHA-256 of each migration, in hexadecimal digits. */
const landed: Readonly<Record<string, string>> = {
  '0000_core.sql': '05c8769fe273461c345743e4f0aa9979',
  '0001_files_and_reactions.sql': '7b8a91c91e188a76c2b2c96b3b2eb0b7',
  '0002_settings_and_retention.sql': 'c2eab010b4f572c5bce6814a3111cb18',
  '0003_channels_and_messaging.sql': '261554b3cfbc0996fe91afef7bf6f41e',
  '0004_identity.sql': '6de9897553e668b3ff1949931eb73090',
  '0005_harden_rooms.sql': 'afde72c3ffd9b6011b02e72ba465eda8',
  '0006_storage.sql': '1ec7b2eb5284f4c7d67dc75aefe5d5e8',
  '0007_makers.sql': 'f3a7470c170d297e97a393d4439a94f1',
  '0008_search_forms.sql': 'e5ebd1175ef3230313bc1e17cd0a6369',
  '0009_events_stream.sql': 'bf246359427e6109be04f5917622e37a',
  '0010_lists.sql': '5d6850b550758627a10bc19017377e0d',
  '0011_own_messages.sql': '05ba8f2f367c1ce8ad07108ce72436b4',
  '0012_own_counts.sql': '4423d29c33e73e62aec8dd47083b14d4',
  '0013_names.sql': '6d3fbc2db9dba071bd7ca6bf9d9b7996',
  '0014_renewed_tokens.sql': '42d065ec338250e30ba3d9647508a5a7',
  '0015_embed.sql': '10d9e938d2f88b5e6af9f3e8306e4fb8',
  '0016_conversation_notify.sql': '7d761e626837561c77a4e54858912634',
  '0017_room_files.sql': '295d35972f27c24c5a7f97aae69d650c',
};

describe('Migrations', () => {
  it('are never edited once they have landed: databases may have run them', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'));
    for (const name of names) {
      const hash = createHash('sha256').update(await readFile(join(folder, name)));
      expect(hash.digest('hex').slice(0, 32), `${name} was edited, or is new`).to.equal(
        landed[name],
      );
    }
    expect(names.sort()).to.deep.equal(Object.keys(landed));
  });

  it('refuse a database that has tables of the same names', async () => {
    await using schema = await ownSchema();
    const pool = connect(schema.address, 2);
    try {
      await pool.query('CREATE TABLE users (id INT)');
      for (let starts = 0; starts < 2; starts++)
        expect(await migrate(pool).catch((error: { errno: number }) => error.errno)).to.equal(1050);
    } finally {
      await pool.end();
    }
  });
});
