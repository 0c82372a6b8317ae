import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { MessageRow } from '../../../acl/entities/message.ts';
import { RoomRow } from '../../../acl/entities/room.ts';
import { CallError, ConnectionError } from '../../../client/calls/errors.ts';
import type { OpenWindow } from '../../../client/store/store.ts';
import type { Member } from '../../support/hub.ts';
import { type Network, openNetwork } from '../../support/network.ts';
import { type LiveStore, openStore } from '../../support/store.ts';
import { eventually } from '../../support/wait.ts';
import type { Player, Watch, World } from '../model/world.ts';

/** A member's store, behind a network that breaks. */
interface Client {
  network: Network;
  live: LiveStore;
  windows: Map<string, OpenWindow>;
}

/** Opens a store for each member of a run of the model. */
export async function watchStores(world: World): Promise<Watch> {
  const clients = new Map<string, Client>();
  for (const { id, member } of world.players)
    clients.set(id, await openClient(world.service.app.url, member));
  const of = ({ id }: Player): Client => clients.get(id) as Client;
  return {
    disturb(player, pick) {
      const { network, windows } = of(player);
      const move = (by: (window: OpenWindow) => Promise<void>): void => {
        for (const window of windows.values()) void by(window).catch(mayFail);
      };
      const deeds = [
        network.cut,
        network.mend,
        network.stall,
        () => network.loseReplies(2),
        () => move((window) => window.loadOlder()),
        () => move((window) => window.loadNewer()),
        () => move((window) => window.jump(pick(['unread', 'newest']))),
        () => move(async (window) => window.jump({ messageId: await oneOf(window, pick) })),
      ];
      pick(deeds)();
    },
    check: (player) => checkClient(of(player), player),
    close() {
      for (const { network, live } of clients.values()) {
        live[Symbol.dispose]();
        void network[Symbol.asyncDispose]();
      }
    },
  };
}

/** Returns a message that is shown, which may be deleted by now, or none. */
async function oneOf({ view }: OpenWindow, pick: <T>(from: readonly T[]) => T): Promise<string> {
  const { rows } = view.getSnapshot();
  return rows.length > 0 ? pick(rows).message_id : '0123456789abcdef';
}

/** The message that is jumped to may be deleted, and the network cut. */
function mayFail(error: unknown): void {
  const isGone = error instanceof CallError && error.code === 'MESSAGE_NOT_FOUND';
  if (!isGone && !(error instanceof ConnectionError)) throw error;
}

async function openClient(url: string, member: Member): Promise<Client> {
  const network = await openNetwork(url);
  return { network, live: await openStore(member, network.url), windows: new Map() };
}

async function checkClient(client: Client, { name, member }: Player): Promise<void> {
  const { network, windows } = client;
  const { socket, store } = client.live;
  network.mend();
  // As a browser does that is online again.
  if (!socket.connected) socket.disconnect().connect();
  const { seq } = await lastOf(member);
  const rooms = await roomsOf(member);
  const settle = () => eventually(() => store.seq.getSnapshot() >= seq && store.isSettled);
  await settle();
  for (const { entity_id: id } of [...rooms.active, ...rooms.archived])
    if (!windows.has(id)) windows.set(id, store.open(id));
  await settle();
  for (const list of ['active', 'archived'] as const) {
    await store.loadMoreConversations(list);
    const shown = store.conversations(list).getSnapshot().rows;
    compare(shown.map(plainRow), rooms[list].map(plainRow), `${name}: ${list} conversations`);
  }
  compare(store.counters.getSnapshot(), await member.chat.count_all(), `${name}: counters`);
  for (const [entityId, window] of windows) await checkWindow(name, member, entityId, window);
}

async function checkWindow(
  name: string,
  { chat }: Member,
  entityId: string,
  window: OpenWindow,
): Promise<void> {
  const { rows, isGone, hasOlder, hasNewer } = window.view.getSnapshot();
  const params = { entity_id: entityId, limit: 100, mark_read: 0 as const };
  const newest = (await chat.messages(params).catch(() => [])).reverse();
  if (isGone) return compare(newest, [], `${name}: a conversation that is gone`);
  const [first] = rows;
  const from = hasOlder && first ? first.ordinal : 0;
  const to = hasNewer ? (rows.at(-1)?.ordinal ?? 0) : Number.MAX_SAFE_INTEGER;
  const expected = newest.filter(({ ordinal }) => ordinal >= from && ordinal <= to);
  compare(rows.map(plainMessage), expected.map(plainMessage), `${name}: messages`);
}

const lastOf = async ({ chat }: Member): Promise<{ seq: number }> => {
  let since = 0;
  for (;;) {
    const page = await chat.sync({ since, limit: 1000 });
    if (!page.more) return { seq: page.events.at(-1)?.seq ?? since };
    since = page.seq;
  }
};

async function roomsOf({ chat }: Member) {
  const [active, archived] = await Promise.all([
    chat.chat_rooms({ option: 'active' }),
    chat.chat_rooms({ option: 'archived' }),
  ]);
  return { active, archived };
}

/** The fields of the contract, without those that depend on how the row was read. */
const ConversationRow = RoomRow.omit({ page: true, cursor: true }).strip();
const plainRow = (row: object) => ConversationRow.parse(row);

const Message = MessageRow.omit({
  ...{ page: true, cursor: true, is_notify: true, is_readed: true, seq: true, files: true },
  // Of others' messages the store has it by their events.
  echoId: true,
}).strip();
const plainMessage = (row: { files: readonly { nid: string }[] }) => ({
  ...Message.parse(row),
  files: row.files.map(({ nid }) => nid),
});

/** Compares row by row and field by field, so that a failure shows the difference. */
function compare(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length === expected.length)
    for (const [n, row] of actual.entries()) compareFields(row, expected[n], `${what} ${n}`);
  expect(actual, what).to.deep.equal(expected);
}

function compareFields(actual: object, expected: object, what: string): void {
  const fields = new Map(Object.entries(expected));
  for (const [name, value] of Object.entries(actual))
    if (!isDeepStrictEqual(value, fields.get(name)))
      expect(value, `${what}: ${name}`).to.deep.equal(fields.get(name));
}
