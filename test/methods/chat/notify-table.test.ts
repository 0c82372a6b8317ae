import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { notifyLevel } from '../../../acl/entities/room.ts';
import { synced } from '../../support/events.ts';
import { type ForwardApp, forwardApp } from '../../support/forward.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';

const page = new URL('../../../docs/notifications.md', import.meta.url);
const levels = [...notifyLevel.values];
const hourMs = 3_600_000;

interface Cell {
  /** Such as `message, direct`. */
  occasion: string;
  notify: number;
}
interface Row {
  inHub: NonNullable<Parameters<Member['setting']['patch_user']>[0]>;
  level: Parameters<Member['chat']['notify']>[0]['level'];
  cells: Cell[];
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));

function settingsOf(cell: string): Row['inHub'] {
  const [name = '', value] = cell.split(': ');
  return value === undefined ? {} : { [name]: Number(value) };
}

/** Reads the table of docs/notifications.md. */
async function readTable(): Promise<Row[]> {
  const lines = (await readFile(page, 'utf8')).split('\n').filter((line) => line.startsWith('|'));
  const [head = '', , ...rows] = lines;
  const occasions = cellsOf(head).slice(2);
  return rows.map((line) => {
    const [hub = '', level = '', ...cells] = cellsOf(line);
    return {
      inHub: settingsOf(hub),
      level: notifyLevel.parse(level),
      cells: occasions.map((occasion, n) => ({ occasion, notify: Number(cells[n]) })),
    };
  });
}

/** chat.sync shows messages as they are now, so that only these are as they were live. */
const marksOf = (events: readonly { name: string; seq: number; notify: 0 | 1 }[]) =>
  events.map(({ name, seq, notify }) => ({ name, seq, notify }));

/** Alice and Bob in a conversation, with a message of each. */
interface Scene {
  alice: Member;
  bob: Member;
  /** The conversation, as Alice addresses it. */
  entityId: string;
  hers: string;
  his: string;
}

/** What Alice does in it, by the first word of a cell's occasion: each time two events. */
const deeds: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  async message({ alice, entityId, hers }) {
    await alice.chat.post({ entity_id: entityId, message: 'Hi', mention_ids: [alice.id] });
    await alice.chat.forward({ entities: [entityId], nodes: { messages: [hers] } });
  },
  async mention({ alice, bob, entityId, hers }) {
    await alice.chat.post({ entity_id: entityId, message: 'Hi', mention_ids: [bob.id] });
    await alice.chat.edit({ message_id: hers, message: 'Now', mention_ids: [bob.id] });
  },
  async reaction({ alice, his }) {
    await alice.chat.react({ message_id: his, emoji: '👍', state: 1 });
    await alice.chat.set_reactions({ message_id: his, emojis: ['👍', '🎉'] });
  },
};

const occasionsOf = (kind: string): string[] =>
  Object.keys(deeds).map((deed) => `${deed}, ${kind}`);

describe('The table of docs/notifications.md', () => {
  let service: ForwardApp;
  let table: Row[];
  before(async () => {
    service = await forwardApp();
    table = await readTable();
  });
  after(() => service[Symbol.asyncDispose]());

  async function newScenes(): Promise<Record<string, Scene> & { direct: Scene }> {
    const { members } = await newHub({ alice: 7, bob: 7 }, service.app);
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const post = async (by: Member, entity_id: string) =>
      (await by.chat.post({ entity_id, message: 'Before' })).message_id;
    const sceneIn = async (entityId: string, ofBob: string): Promise<Scene> => {
      const [hers, his] = [await post(alice, entityId), await post(bob, ofBob)];
      return { alice, bob, entityId, hers, his };
    };
    return { direct: await sceneIn(bob.id, alice.id), group: await sceneIn(room, room) };
  }

  /** Returns the level's conversations as Bob addresses them. */
  const placesOf = ({ direct, group }: Record<string, Scene>) =>
    [direct?.alice.id, group?.entityId].flatMap((id) => id ?? []);

  async function choose(scenes: Record<string, Scene>, row: Row, untilMs: number | null) {
    const bob = scenes.direct?.bob as Member;
    const isMuted = row.inHub.muted === 1;
    await bob.setting.patch_user({ ...row.inHub, ...(isMuted ? { muted_until_ms: untilMs } : {}) });
    for (const entity_id of placesOf(scenes)) {
      const until_ms = row.level === 'default' ? null : untilMs;
      await bob.chat.notify({ entity_id, level: row.level, until_ms });
    }
  }

  /** Does what each cell names; asserts its `notify`, live and in chat.sync, and what is unread. */
  async function tryCells(scenes: Record<string, Scene>, cells: readonly Cell[]): Promise<void> {
    const bob = scenes.direct?.bob as Member;
    for (const { occasion, notify } of cells) {
      const [deed = '', kind = ''] = occasion.split(', ');
      const scene = scenes[kind];
      if (!scene) expect.fail(`no conversation is ${kind}`);
      const key = kind === 'direct' ? scene.alice.id : scene.entityId;
      const unreadBefore = (await bob.chat.chat_room_info({ key })).unread_count;
      using device = await bob.device();
      await deeds[deed]?.(scene);
      const events = await synced(bob, device.ready.seq);
      expect(
        events.map((event) => event.notify),
        `${occasion}, in chat.sync`,
      ).to.deep.equal([notify, notify]);
      await eventually(() => device.received.length >= events.length);
      expect(marksOf(device.received), `${occasion}, live`).to.deep.equal(marksOf(events));
      const news = events.filter(({ name }) => name === 'chat.post' || name === 'chat.forward');
      const unread = (await bob.chat.chat_room_info({ key })).unread_count;
      expect(unread, `${occasion}: unread`).to.equal(unreadBefore + news.length);
    }
  }

  it('has a row for each level under each setting, and a column for each occasion', () => {
    const settings = ['{}', '{"mentions_only":1}', '{"notify_on_reactions":0}', '{"muted":1}'];
    expect(table.map((row) => `${JSON.stringify(row.inHub)} ${row.level}`)).to.deep.equal(
      settings.flatMap((one) => levels.map((level) => `${one} ${level}`)),
    );
    for (const { cells } of table) {
      expect(cells.map(({ occasion }) => occasion)).to.deep.equal([
        ...occasionsOf('direct'),
        ...occasionsOf('group'),
      ]);
      for (const { notify } of cells) expect(notify).to.be.oneOf([0, 1]);
    }
  });

  for (const n of Array.from({ length: 16 }, (_, n) => n))
    it(`holds in each cell of row ${n + 1}, until its time`, async () => {
      const row = table[n] ?? expect.fail('the row does not exist');
      const scenes = await newScenes();
      await choose(scenes, row, service.now() + hourMs);
      await tryCells(scenes, row.cells);
      const { inHub, level } = row;
      const isTimed = level !== 'default' || inHub.muted === 1;
      if (!isTimed) return;
      service.putForward(hourMs);
      const after = table.find(
        (one) =>
          one.level === 'default' &&
          JSON.stringify(one.inHub) === JSON.stringify(inHub.muted === 1 ? {} : inHub),
      );
      const again = await newMessages(scenes);
      await tryCells(again, after?.cells ?? expect.fail('no row without a level'));
    });

  /** Further messages: those before are mentioned and reacted to already. */
  async function newMessages(scenes: Record<string, Scene>): Promise<Record<string, Scene>> {
    const entries = Object.entries(scenes).map(async ([kind, scene]) => {
      const { alice, bob, entityId } = scene;
      const post = async (by: Member, entity_id: string) =>
        (await by.chat.post({ entity_id, message: 'Later' })).message_id;
      const hers = await post(alice, entityId);
      const his = await post(bob, kind === 'direct' ? alice.id : entityId);
      return [kind, { ...scene, hers, his }] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }
});
