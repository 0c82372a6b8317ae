import * as indexedDb from 'fake-indexeddb';
import { type CallByName, createCall } from '../../client/calls/client.ts';
import { createTokens } from '../../client/calls/token.ts';
import { openIndexedDb } from '../../client/outbox/indexed-db.ts';
import { type OutboxOptions, openOutbox } from '../../client/outbox/outbox.ts';
import type { OutboxStorage } from '../../client/outbox/storage.ts';
import type { Outbox, OutboxState } from '../../client/outbox/types.ts';
import { app } from './app.ts';
import type { Member } from './hub.ts';
import { eventually } from './wait.ts';

type Parts = Partial<OutboxOptions> & { url?: string };

export interface Outboxes {
  /** Opens the outbox of a member, as another tab would; it is closed after the test. */
  open(member: Member, parts?: Parts): Promise<Outbox>;
  /** Opens the storage of a member; it is closed after the test. */
  storageOf(member: Member): Promise<OutboxStorage>;
}

/** Gives the tests of a suite a browser's storage, which is empty for each test. */
export function useOutboxes(): Outboxes {
  let open: { close(): void }[] = [];
  const { default: _, indexedDB: __, forceCloseDatabase: ___, ...classes } = indexedDb;
  const globals = () => ({ indexedDB: new indexedDb.IDBFactory(), ...classes });
  beforeEach(() => {
    for (const [name, value] of Object.entries(globals()))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  });
  afterEach(() => {
    for (const one of open) one.close();
    open = [];
    for (const name of Object.keys(globals())) Reflect.deleteProperty(globalThis, name);
  });
  return {
    async open(member, parts = {}) {
      const outbox = await openOutbox({
        ...ownerOf(member),
        call: callOf(member, parts.url),
        ...parts,
      });
      open.push(outbox);
      return outbox;
    },
    async storageOf(member) {
      const storage = await openIndexedDb(`${member.hubId} ${member.id}`);
      open.push(storage);
      return storage;
    },
  };
}

const ownerOf = ({ hubId, id: userId }: Member) => ({ hubId, userId });

/** The calls of a member, through this address. */
export const callOf = ({ hubId, token }: Member, url = app().url): CallByName =>
  createCall({ url, hubId, token }, createTokens({ token }));

export const statesOf = ({ items }: Outbox): OutboxState[] => items.map(({ state }) => state);

export const textsIn = ({ items }: Outbox): string[] => items.map(({ message }) => message);

/** Waits until all items are in this state. */
export const eventuallyAll = (outbox: Outbox, state: OutboxState): Promise<void> =>
  eventually(() => outbox.items.every((item) => item.state === state));

/** Returns the texts of a conversation, oldest first. */
export const textsOf = async (member: Member, entityId: string): Promise<string[]> =>
  (await member.chat.messages({ entity_id: entityId })).map(({ message }) => message).reverse();
