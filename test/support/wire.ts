import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { DatabaseAddress } from '../../db/connection/connect.ts';
import type { App } from '../../service/app.ts';
import { database } from './app.ts';

/** A connection to the database of the tests that a test can break. */
export interface Wire extends AsyncDisposable {
  address: DatabaseAddress;
  /** The database stops responding on connections that stay open. */
  freeze(): void;
  /**
   * The next connection that sends these in order stops at the last one: before it arrives, or
   * after the database has responded, with the response dropped. Resolves then. Other connections
   * are unaffected.
   */
  silenceAt(when: 'arriving' | 'answered', ...sent: string[]): Promise<void>;
  /** From now on, statements arrive with this text in them replaced by one of the same length. */
  replace(text: string, by: string): void;
  /** Breaks the connections and accepts no new ones. */
  cut(): void;
}

interface Trap {
  when: 'arriving' | 'answered';
  sent: readonly string[];
  spring: () => void;
}

export async function wireToDatabase(real: DatabaseAddress = database()): Promise<Wire> {
  const folder = await mkdtemp(join(tmpdir(), 'hubchat-wire-'));
  const socketPath = join(folder, 'sock');
  const ends = new Set<Socket>();
  let trap: Trap | undefined;
  let change = (bytes: Buffer): Buffer => bytes;

  const server = createServer((near) => {
    const far = connect(targetOf(real));
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end
        .on('error', () => {})
        .on('close', () => {
          ends.delete(end);
          other.destroy();
        });
    }
    /** The number of steps of the trap that this connection has matched. */
    let step = { of: trap, matched: 0 };
    const watch = new Transform({
      transform(sent: Buffer, _encoding, pass) {
        const bytes = change(sent);
        if (step.of !== trap) step = { of: trap, matched: 0 };
        if (!trap) return pass(null, bytes);
        for (let at = 0; step.matched < trap.sent.length; step.matched++) {
          const sent = trap.sent[step.matched] ?? '';
          const found = bytes.indexOf(sent, at);
          if (found < 0) return pass(null, bytes);
          at = found + sent.length;
        }
        const { when, spring } = trap;
        trap = undefined;
        if (when === 'arriving') {
          near.unpipe().resume();
          return spring();
        }
        far.unpipe().once('data', spring).resume();
        pass(null, bytes);
      },
    });
    near.pipe(watch).pipe(far);
    far.pipe(near);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  const cut = () => {
    server.close();
    for (const end of ends) end.destroy();
  };
  return {
    address: throughSocket(real, socketPath),
    freeze: () => {
      for (const end of ends) end.unpipe().pause();
    },
    silenceAt: (when, ...sent) =>
      new Promise((spring) => {
        trap = { when, sent, spring };
      }),
    replace(text, by) {
      if (text.length !== by.length) throw new Error('packets keep their length');
      change = (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(text, by), 'latin1');
    },
    cut,
    [Symbol.asyncDispose]: () => {
      cut();
      return rm(folder, { recursive: true });
    },
  };
}

/** Stops a service whose database is gone, without waiting for the last attempts of its jobs. */
export const abandon = (app: App): void => void app.close().catch(() => {});

function targetOf(address: DatabaseAddress) {
  if (!('uri' in address)) return { path: address.socketPath };
  const { hostname, port, searchParams } = new URL(address.uri);
  const path = searchParams.get('socketPath');
  return path === null ? { host: hostname, port: Number(port || 3306) } : { path };
}

function throughSocket(address: DatabaseAddress, socketPath: string): DatabaseAddress {
  if (!('uri' in address)) return { ...address, socketPath };
  const url = new URL(address.uri);
  url.searchParams.set('socketPath', socketPath);
  return { uri: url.href };
}
