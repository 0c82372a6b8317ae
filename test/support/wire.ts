import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { DatabaseAddress } from '../../db/connection/connect.ts';
import { database } from './app.ts';

/** A wire to the database of the tests, which a test may break. */
export interface Wire extends AsyncDisposable {
  address: DatabaseAddress;
  /** The database answers no more, on connections that stay. */
  freeze(): void;
  /**
   * The next connection that sends these, one after the other, falls silent at the last of them: before it arrives, or once the
   * database has answered it, which nobody hears. Resolves then. Other connections go on.
   */
  silenceAt(when: 'arriving' | 'answered', ...sent: string[]): Promise<void>;
  /** The connections break, and nobody takes new ones. */
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
    /** How far this connection has walked into the trap. */
    let step = { of: trap, heard: 0 };
    const watch = new Transform({
      transform(bytes: Buffer, _encoding, pass) {
        if (step.of !== trap) step = { of: trap, heard: 0 };
        if (!trap) return pass(null, bytes);
        for (let at = 0; step.heard < trap.sent.length; step.heard++) {
          const sent = trap.sent[step.heard] ?? '';
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
    cut,
    [Symbol.asyncDispose]: () => {
      cut();
      return rm(folder, { recursive: true });
    },
  };
}

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
