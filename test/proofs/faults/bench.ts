import { type Blob, File } from 'node:buffer';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StagedFile } from '../../../acl/entities/file.ts';
import type { Client } from '../../../client/index.ts';
import { ConnectionError } from '../../../client/index.ts';
import { connect, type Pool } from '../../../db/connection/connect.ts';
import { createDiskStore } from '../../../uploads/disk.ts';
import type { ByteKey } from '../../../uploads/store.ts';
import { removeFreed, type Swept, sweep } from '../../../uploads/sweep.ts';
import { operatorToken, ownSchema } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { filesIn, headersOf, picture } from '../../support/files.ts';
import { type Service, type ServiceOptions, serviceOn } from '../../support/service.ts';
import { expectWhole, type FileRow, fileRows } from '../../support/whole.ts';
import { type Wire, wireToDatabase } from '../../support/wire.ts';

export const hour = 3_600_000;

/** A member of a hub, across restarts of the service. */
export interface Person {
  id: string;
  hubId: string;
  token: string;
  readonly chat: Client['chat'];
}

/** A service to be killed, with its own schema, folder and database connection. */
export interface Bench extends AsyncDisposable {
  service: Service;
  wire: Wire;
  pool: Pool;
  /** Kills the service and starts it again on its data. */
  restart(): Promise<void>;
  /** A fresh hub with some members. */
  newHub<N extends string>(...names: N[]): Promise<Record<N, Person>>;
  rowsOf(hubId: string): Promise<FileRow[]>;
  /** The stored files of a hub: `<id>` and `<id>.thumb`. */
  storedOf(hubId: string): Promise<string[]>;
  /** Removes the stored bytes of a file. */
  removeStored(key: ByteKey): Promise<void>;
  /** Partially received files. */
  partial(): Promise<string[]>;
  sweepIn(ms: number): Promise<Swept>;
  removeFreed(): Promise<number>;
  /** The bytes of a file as a reader gets them, or the error status. */
  read(person: Person, nid: string, variant?: 'thumb'): Promise<Buffer | number>;
  /** Asserts that rows, bytes and messages agree in all hubs. Call it after a sweep. */
  expectWhole(): Promise<void>;
}

export async function startBench(options?: ServiceOptions): Promise<Bench> {
  const held: AsyncDisposable[] = [];
  const release = async () => {
    while (held.length > 0) await held.pop()?.[Symbol.asyncDispose]();
  };
  const hold = <T extends AsyncDisposable>(what: T): T => {
    held.push(what);
    return what;
  };
  try {
    const schema = hold(await ownSchema());
    const wire = hold(await wireToDatabase(schema.address));
    const service = hold(await serviceOn(wire.address, options));
    await service.start();
    const pool = connect(schema.address, 4);
    hold({ [Symbol.asyncDispose]: () => pool.end() });
    return benchOf({ service, wire, pool }, release);
  } catch (error) {
    await release();
    throw error;
  }
}

function benchOf(
  { service, wire, pool }: Pick<Bench, 'service' | 'wire' | 'pool'>,
  release: () => Promise<void>,
): Bench {
  const folder = service.files;
  const temporary = join(folder, 'tmp');
  const store = createDiskStore(folder);
  return {
    service,
    wire,
    pool,
    async restart() {
      await service.kill();
      await service.start();
    },
    newHub: (...names) => newHub(service, ...names),
    rowsOf: async (hubId) => (await fileRows(pool, hubId)).map(({ hubId: _, ...row }) => row),
    storedOf: (hubId) => filesIn(join(folder, hubId)),
    removeStored: (key) => store.remove(key),
    partial: () => filesIn(temporary),
    sweepIn: (ms) => sweep({ pool, store, temporary }, Date.now() + ms),
    removeFreed: () => removeFreed({ pool, store }),
    async read(person, nid, variant) {
      const path = `/-/file/${nid}${variant ? `/${variant}` : ''}`;
      const response = await fetch(service.url + path, { headers: headersOf(person) });
      const bytes = Buffer.from(await response.arrayBuffer());
      return response.ok ? bytes : response.status;
    },

    expectWhole: () => expectWhole(pool, folder),
    [Symbol.asyncDispose]: release,
  };
}

/** Makes a fresh hub with some members, who use the present URL of the service. */
export async function newHub<N extends string>(
  service: Pick<Service, 'url'>,
  ...names: N[]
): Promise<Record<N, Person>> {
  const platform = clientOf(operatorToken, undefined, service.url);
  const { hub_id: hubId } = await platform.hub.create({ name: 'Hub' });
  const operator = clientOf(operatorToken, hubId, service.url);
  const people = names.map(async (name) => {
    const { user_id: id } = await platform.user.create({ firstname: name, lastname: 'Test' });
    await operator.hub.add_member({ user_id: id, privilege: 7 });
    const { token } = await platform.session.issue({ user_id: id });
    const person: Person = {
      id,
      hubId,
      token,
      get chat() {
        return clientOf(token, hubId, service.url).chat;
      },
    };
    return [name, person] as const;
  });
  return Object.fromEntries(await Promise.all(people)) as Record<N, Person>;
}

export type Bytes = Buffer | string;

export const upload = (
  person: Person,
  ...files: (readonly [name: string, bytes: Bytes])[]
): Promise<StagedFile[]> =>
  person.chat.upload({
    file: files.map(([name, bytes]) => new File([bytes], name) as Blob as globalThis.Blob),
  });

export async function uploadOne(person: Person, name: string, bytes: Bytes): Promise<string> {
  const [file] = await upload(person, [name, bytes]);
  return file?.nid ?? expect.fail('nothing was taken');
}

/** A picture that has a thumbnail. */
export const photo = (): Promise<Buffer> => picture(400, 300).jpeg().toBuffer();

/** Asserts that the call was interrupted without a reply. */
export async function unanswered(call: Promise<unknown>): Promise<void> {
  const [outcome] = await Promise.allSettled([call]);
  if (outcome?.status !== 'rejected') expect.fail(`was answered: ${JSON.stringify(outcome)}`);
  expect(outcome.reason).to.be.instanceOf(ConnectionError);
}

/** The result of a sweep that removes nothing. */
export const nothing = { stale: 0, strays: 0, partial: 0 };

/** Gives a suite one bench; each of its tests begins with a running service and no unsent files. */
export function withBench(use: (bench: Bench) => void): void {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
    use(bench);
  });
  after(() => bench[Symbol.asyncDispose]());
  beforeEach(async () => {
    await bench.service.start();
    await bench.sweepIn(49 * hour);
  });
}
