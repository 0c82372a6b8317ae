import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AtEnd } from '../ending.ts';
import { freePort, startChild, untilReady } from './child.ts';
import type { Database } from './database.ts';

/** ejabberd with its archive of messages in the same database. */
export interface Ejabberd {
  pid: number;
  /** Of its HTTP API. */
  apiPort: number;
  /** Of its XMPP listener, without encryption. */
  xmppPort: number;
}

export const userOf = (n: number): string => `user${n}`;
export const password = 'password';

const schemaFile = '/usr/share/ejabberd/sql/mysql.sql';

/** Returns the folder of Erlang's modules in which Debian's package has ejabberd. */
async function findModules(): Promise<string | undefined> {
  for (const name of await readdir('/usr/lib')) {
    const folder = join('/usr/lib', name);
    const names = await readdir(folder).catch(() => []);
    if (names.some((one) => one.startsWith('ejabberd-'))) return folder;
  }
  return undefined;
}

/** Starts it; returns undefined if Debian's package is not installed. */
export async function startEjabberd(
  database: Database,
  folder: string,
  users: number,
  atEnd: AtEnd,
): Promise<Ejabberd | undefined> {
  const modules = await findModules();
  const schema = await readFile(schemaFile, 'utf8').catch(() => undefined);
  if (modules === undefined || schema === undefined) return undefined;
  const home = join(folder, 'ejabberd');
  await mkdir(join(home, 'spool'), { recursive: true });
  await database.create('hubchat_bench_ejabberd', schema);
  const [apiPort, xmppPort] = [await freePort(), await freePort()];
  const file = join(home, 'ejabberd.yml');
  await writeFile(file, configuration({ database, apiPort, xmppPort }));
  const spool = join(home, 'spool');
  const child = startChild({
    // Without a name of its node it needs no epmd.
    command: ['erl', '-noinput', '+K', 'true', '-mnesia', 'dir', `"${spool}"`, '-s', 'ejabberd'],
    cwd: spool,
    atEnd,
    log: join(folder, 'ejabberd.out.log'),
    environment: {
      ERL_LIBS: modules,
      HOME: home,
      EJABBERD_CONFIG_PATH: file,
      EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
      ERL_CRASH_DUMP: join(folder, 'ejabberd.dump'),
    },
  });
  await untilReady('ejabberd', child, () => callApi(apiPort, 'status', {}).then(() => true));
  await register(apiPort, users);
  return { apiPort, xmppPort, pid: child.pid };
}

async function register(apiPort: number, users: number): Promise<void> {
  const made = Array.from({ length: users }, (_, n) =>
    callApi(apiPort, 'register', { user: userOf(n), host: 'localhost', password }),
  );
  await Promise.all(made);
}

export async function callApi(apiPort: number, command: string, params: object): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${apiPort}/api/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`ejabberd, ${command}: ${reply.status} ${text}`);
  return text;
}

interface Places {
  database: Database;
  apiPort: number;
  xmppPort: number;
}

/** No encryption, no traffic shaping, no checks of callers: only the work on messages remains. */
const configuration = ({ database, apiPort, xmppPort }: Places): string => `
loglevel: warning
hosts: [localhost]
listen:
  - port: ${xmppPort}
    ip: 127.0.0.1
    module: ejabberd_c2s
    starttls: false
    shaper: none
    access: all
    backlog: 1024
  - port: ${apiPort}
    ip: 127.0.0.1
    module: ejabberd_http
    backlog: 1024
    request_handlers:
      /api: mod_http_api
acl:
  here:
    ip: [127.0.0.0/8]
api_permissions:
  benchmark:
    who:
      access:
        allow:
          acl: here
    what: ["*"]
access_rules:
  register:
    allow: all
auth_method: internal
auth_password_format: plain
sql_type: mysql
sql_server: 127.0.0.1
sql_port: ${database.port}
sql_database: hubchat_bench_ejabberd
sql_username: ${database.user}
sql_password: "${database.password}"
sql_pool_size: 10
modules:
  mod_admin_extra: {}
  mod_http_api: {}
  mod_offline: {}
  mod_roster: {}
  mod_mam:
    db_type: sql
    default: always
    assume_mam_usage: true
    compress_xml: false
    request_activates_archiving: false
`;
