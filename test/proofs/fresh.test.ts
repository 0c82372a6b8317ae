import { expect } from 'chai';
import type { MessageData } from '../../acl/entities/message.ts';
import type { EventData, EventName } from '../../acl/events.ts';
import { CallError } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import { PlainMessage, PlainPin } from '../support/message.ts';
import { eventually } from '../support/wait.ts';

type Row = MessageData & { seq: number; mine: Set<string> };
type Received<N extends EventName> = Exclude<EventData<N>, { deleted: 1; author_id?: never }>;
/** An event, from the socket or from chat.sync. */
interface Event {
  name: EventName;
  seq: number;
  entity_id: string;
  actor_id: string;
  data: object;
}

const messageOf = (data: object): MessageData => PlainMessage.parse(data);
const isGone = (data: object): boolean => 'deleted' in data && !('option' in data);

/** A device's state of one conversation, built from events alone, from before its first message. */
class Replica {
  seq = 0;
  pointer = 0;
  lastOrdinal = 0;
  /** The room was deleted, with all that is shown of it. */
  isGone = false;
  readonly messages = new Map<string, Row>();
  readonly pins = new Map<string, { pinned_by: string; pinned_ms: number }>();
  readonly readUpTo: Map<string, number>;

  constructor(
    readonly me: string,
    readonly entityId: string,
    others: readonly string[],
  ) {
    this.readUpTo = new Map(others.map((id) => [id, 0]));
  }

  receive(events: readonly Event[]): this {
    for (const event of events) {
      expect(event.seq, 'each event once, in order').to.be.above(this.seq);
      this.seq = event.seq;
      if (event.entity_id !== this.entityId) continue;
      expect(this.isGone, 'nothing comes after room.delete').to.equal(false);
      if (event.name === 'room.delete') this.isGone = true;
      else this.apply(event);
    }
    return this;
  }

  private apply({ name, seq, actor_id: actor, data }: Event): void {
    if (name === 'chat.post' || name === 'chat.forward') this.add(seq, actor, data);
    else if (isGone(data)) this.lose(name, data as { message_id: string });
    else this.change(name, actor, data);
  }

  private change(name: EventName, actor: string, data: object): void {
    if (name === 'chat.edit') this.edit(messageOf(data));
    if (name === 'chat.delete') this.remove(data as Received<'chat.delete'>);
    if (name === 'chat.react') this.react(data as Received<'chat.react'>);
    if (name === 'chat.acknowledge')
      this.read(actor, (data as Received<'chat.acknowledge'>).ordinal);
    if (name === 'chat.mark_unread') this.pointer = (data as Received<'chat.mark_unread'>).ordinal;
    if (name === 'chat.unpin') this.pins.delete((data as Received<'chat.unpin'>).message_id);
    if (name === 'chat.pin') {
      const { message_id: id, user_id: pinned_by, pinned_ms } = data as Received<'chat.pin'>;
      this.pins.set(id, { pinned_by, pinned_ms });
    }
  }

  /**
   * Each message takes the next ordinal, even if only its deletion is in the log. It also moves its
   * author's read pointer.
   */
  private add(seq: number, actor: string, data: object): void {
    this.lastOrdinal += 1;
    this.read(actor, this.lastOrdinal);
    if (isGone(data)) return;
    const message = messageOf(data);
    expect(message.ordinal).to.equal(this.lastOrdinal);
    this.messages.set(message.message_id, { ...message, seq, mine: new Set() });
  }

  /** Of a deleted message the log has only the deletion. */
  private lose(name: EventName, { message_id: id }: { message_id: string }): void {
    if (name === 'chat.pin' || name === 'chat.unpin') this.pins.delete(id);
  }

  private edit(message: MessageData): void {
    const row = this.messages.get(message.message_id);
    if (row) Object.assign(row, message);
    for (const reply of this.repliesTo(message.message_id))
      if (reply.thread?.author_id) reply.thread.message = message.message;
  }

  private remove({ message_id: id, option }: Received<'chat.delete'>): void {
    this.messages.delete(id);
    if (option === 'all') this.pins.delete(id);
    for (const reply of this.repliesTo(id)) reply.thread = { message: 'DELETED', message_id: id };
  }

  private react({
    message_id: id,
    reactions,
    user_id,
    emoji,
    state,
  }: Received<'chat.react'>): void {
    const row = this.messages.get(id);
    if (!row) return;
    row.reactions = reactions;
    if (user_id !== this.me) return;
    if (state === 1) row.mine.add(emoji);
    else row.mine.delete(emoji);
  }

  private read(actor: string, ordinal: number): void {
    if (actor === this.me) this.pointer = Math.max(this.pointer, ordinal);
    else this.readUpTo.set(actor, Math.max(this.readUpTo.get(actor) ?? 0, ordinal));
  }

  private repliesTo = (id: string): Row[] =>
    [...this.messages.values()].filter((row) => row.thread_id === id);

  /** The displayed state, in the format of chat.messages, chat.pins and chat_room_info. */
  shown() {
    const { me, pointer, entityId: entity_id } = this;
    const rows = [...this.messages.values()].sort((a, b) => b.ordinal - a.ordinal);
    const seenUpTo = Math.min(...this.readUpTo.values());
    const isNew = (row: Row) => row.author_id !== me && row.ordinal > pointer;
    const pins = [...this.pins].sort(([, a], [, b]) => b.pinned_ms - a.pinned_ms);
    return {
      messages: rows.map(({ mine, ...row }) => ({
        ...row,
        entity_id,
        is_notify: isNew({ ...row, mine }) ? 1 : 0,
        is_readed: isNew({ ...row, mine }) ? 0 : 1,
        is_seen: row.author_id === me && row.ordinal <= seenUpTo ? 1 : 0,
        my_reactions: row.reactions.flatMap(({ emoji }) => (mine.has(emoji) ? emoji : [])),
      })),
      // A message hidden by this member stays pinned.
      pins: pins.map(([id, pin]): PlainPin => {
        const row = this.messages.get(id);
        if (!row) return { message_id: id, message: 'DELETED' };
        return { ...messageOf(row), entity_id, seq: row.seq, ...pin };
      }),
      info: {
        pointer,
        last_ordinal: this.lastOrdinal,
        unread_count: rows.filter(isNew).length,
        last_message: rows[0]?.message ?? '',
        last_message_id: rows[0]?.message_id ?? null,
        last_author_id: rows[0]?.author_id ?? null,
      },
    };
  }
}

type State = ReturnType<Replica['shown']>;

/** The fresh state from the service. */
async function fresh({ chat }: Member, entityId: string): Promise<State> {
  const [rows, pins, info] = await Promise.all([
    chat.messages({ entity_id: entityId, limit: 100, mark_read: 0 }),
    chat.pins({ entity_id: entityId }),
    chat.chat_room_info({ key: entityId }),
  ]);
  const { pointer, last_ordinal, unread_count, last_message, last_message_id, last_author_id } =
    info;
  const place = ({ entity_id, seq }: { entity_id: string; seq: number }) => ({ entity_id, seq });
  return {
    messages: rows.map((row) => {
      const { is_notify, is_readed, is_seen, my_reactions } = row;
      return { ...messageOf(row), ...place(row), is_notify, is_readed, is_seen, my_reactions };
    }),
    pins: pins.map((pin) => PlainPin.parse(pin)),
    info: { pointer, last_ordinal, unread_count, last_message, last_message_id, last_author_id },
  };
}

/** Compares row by row, so that a failure shows the row that differs. */
function expectSame(actual: State, expected: State, what: string): void {
  const ids = (rows: readonly { message_id: string }[]) => rows.map((row) => row.message_id);
  for (const list of ['messages', 'pins'] as const) {
    expect(ids(actual[list]), `${what}: ${list}`).to.deep.equal(ids(expected[list]));
    for (const [n, row] of actual[list].entries())
      expect(row, `${what}: ${list}`).to.deep.equal(expected[list][n]);
  }
  expect(actual.info, what).to.deep.equal(expected.info);
}

/** Reproducible numbers in [0, n) for a seed. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

/** Permitted errors of a step that a concurrent step made obsolete. */
const pointless = [
  'MESSAGE_NOT_FOUND',
  'INVALID_MESSAGES',
  'INVALID_OPTION',
  'PIN_LIMIT',
  'INVALID_THREAD',
];

/** Errors of steps in a room that a concurrent one has deleted. */
const unknownRoom = ['ROOM_NOT_FOUND', 'INVALID_RECIPIENT', 'ROOM_ARCHIVED'];

interface Play {
  roll: (n: number) => number;
  /** The members of the conversation, and the id by which each addresses it. */
  players: readonly { member: Member; entityId: string }[];
  posted: { id: string; by: Member; isCopy: boolean }[];
}

/** One random action by one member. */
async function step({ roll, players, posted }: Play): Promise<void> {
  const { member, entityId } = players[roll(players.length)] as Play['players'][number];
  const { chat } = member;
  // Prefers newer messages, so that the same messages get several actions.
  const oneOf = (all: Play['posted']) =>
    all[Math.max(roll(all.length), all.length - 1 - roll(12))]?.id ?? 'none';
  const any = () => oneOf(posted);
  const own = () => oneOf(posted.filter(({ by, isCopy }) => by === member && !isCopy));
  const emoji = () => ['👍', '❤️', '🎉'][roll(3)] as string;
  const mention_ids = () => players.flatMap((player) => (roll(4) === 0 ? player.member.id : []));
  const post = async (params: { thread_id?: string }) => {
    const content = { message: `text ${roll(1000)}`, mention_ids: mention_ids() };
    const { message_id: id } = await chat.post({ entity_id: entityId, ...content, ...params });
    posted.push({ id, by: member, isCopy: false });
  };
  const forward = async () => {
    const rows = await chat.forward({ entities: [entityId], nodes: { messages: [any(), any()] } });
    posted.push(...rows.map((row) => ({ id: row.message_id, by: member, isCopy: true })));
  };
  const steps: [weight: number, act: () => Promise<unknown>][] = [
    [3, () => post({})],
    [4, () => post({ thread_id: any() })],
    [2, forward],
    [
      5,
      () =>
        chat.edit({
          message_id: own(),
          message: `edited ${roll(1000)}`,
          mention_ids: mention_ids(),
        }),
    ],
    [6, () => chat.react({ message_id: any(), emoji: emoji() })],
    [4, () => chat.pin({ message_id: any() })],
    [2, () => chat.unpin({ message_id: any() })],
    [2, () => chat.delete({ option: 'all', messages: [roll(2) === 0 ? any() : own()] })],
    [2, () => chat.delete({ option: 'me', messages: [any()] })],
    [2, () => chat.mark_unread({ message_id: any() })],
    [2, () => chat.acknowledge({ message_id: any() })],
    [1, () => chat.messages({ entity_id: entityId, limit: 1 + roll(5) })],
  ];
  const bag = steps.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));
  const act =
    posted.length < 4 ? () => post({}) : (bag[roll(bag.length)] as () => Promise<unknown>);
  await act().catch((error: unknown) => {
    if (!(error instanceof CallError) || !pointless.includes(error.code)) throw error;
  });
}

/** All events after `since`, in small pages. */
async function missed(member: Member, since: number): Promise<Event[]> {
  const events: Event[] = [];
  for (let from = since; ; ) {
    const page = await member.chat.sync({ since: from, limit: 7 });
    expect(page.recovered).to.equal(true);
    events.push(...page.events);
    if (!page.more) return events;
    from = page.seq;
  }
}

/** Waits for pending receipts, which are sent after one second. */
const receiptsSent = (hubId: string): Promise<void> =>
  eventually(async () => {
    const [rows] = await app().pool.query('SELECT 1 FROM due_receipts WHERE hub_id = ?', [hubId]);
    return (rows as unknown[]).length === 0;
  });

/**
 * Sixty steps in groups of concurrent ones; then compares Bob's devices with the replies to Bob.
 */
async function play(kind: 'direct' | 'group', seed: number, atOnce: number): Promise<void> {
  const { members } = await newHub({ alice: 15, bob: 7, carol: 7 });
  const { alice, bob, carol } = members;
  const room = kind === 'group' ? await newRoom(alice, bob, carol) : undefined;
  const others = room ? [alice, carol] : [alice];
  const entityId = room ?? alice.id;
  const sides = [...others, bob].map((member) => ({
    member,
    entityId: member === bob ? entityId : (room ?? bob.id),
  }));
  using device = await bob.device();
  const { received, ready } = device;
  const roll = dice(seed);
  const game: Play = { roll, players: sides, posted: [] };
  for (let n = 0; n < 60; n += atOnce)
    await Promise.all(Array.from({ length: atOnce }, () => step(game)));

  await receiptsSent(bob.hubId);
  const log = await missed(bob, ready.seq);
  await eventually(() => received.length >= log.length);
  const expected = await fresh(bob, entityId);
  const expectFresh = (what: string, ...events: (readonly Event[])[]) => {
    const replica = new Replica(
      bob.id,
      entityId,
      others.map((member) => member.id),
    );
    for (const some of events) replica.receive(some);
    expectSame(replica.shown(), expected, what);
  };
  expectFresh('received all', received);
  for (let n = 0; n < received.length; n += 1 + roll(9))
    expectFresh(
      `received ${n} of ${received.length}, synced the others`,
      received.slice(0, n),
      log.slice(n),
    );
  const cut = received.slice(0, roll(received.length));
  using back = await bob.device(cut.at(-1)?.seq ?? ready.seq);
  expectFresh(`received ${cut.length} of ${received.length}, connected again`, cut, back.received);
}

/**
 * Deletes a room amid concurrent steps; then compares the lists of its participants with what
 * their devices show, however much of it these got by sync.
 */
async function playDeletion(seed: number): Promise<void> {
  const { alice, bob, carol } = (await newHub({ alice: 15, bob: 7, carol: 7 })).members;
  const entityId = await newRoom(alice, bob, carol);
  using device = await bob.device();
  const { received, ready } = device;
  const roll = dice(seed);
  const players = [alice, bob, carol].map((member) => ({ member, entityId }));
  const game: Play = { roll, players, posted: [] };
  for (let n = 0; n < 12; n++) await step(game);
  const late = async () => {
    const outcome = await step(game).catch((error: CallError) => error.code);
    expect(outcome).to.be.oneOf([undefined, 'INVALID_CONTACT', ...unknownRoom]);
  };
  await Promise.all([late(), late(), alice.room.delete({ entity_id: entityId }), late(), late()]);

  await bob.tag.create({ name: 'Marker' });
  await device.next('tag.create');
  const log = await missed(bob, ready.seq);
  expect(log.slice(-2).map(({ name }) => name)).to.deep.equal(['room.delete', 'tag.create']);
  for (const { chat } of [alice, bob, carol])
    expect([await chat.chat_rooms({}), (await chat.count_all()).total_cnt]).to.deep.equal([[], 0]);
  for (let n = 0; n <= received.length; n += 1 + roll(4)) {
    const replica = new Replica(bob.id, entityId, [alice.id, carol.id]);
    const rest = log.filter(({ seq }) => seq > (received[n - 1]?.seq ?? 0));
    expect(replica.receive(received.slice(0, n)).receive(rest).isGone).to.equal(true);
  }
}

describe('Stale state and events', () => {
  it('show the latest text in a quote when reply and edit are concurrent', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using device = await bob.device();
    const replica = new Replica(bob.id, alice.id, [alice.id]);
    for (let round = 0; round < 12; round++) {
      const { message_id: id } = await alice.chat.post({ entity_id: bob.id, message: 'before' });
      const reply = () => alice.chat.post({ entity_id: bob.id, message: 'reply', thread_id: id });
      await Promise.all([
        reply(),
        alice.chat.edit({ message_id: id, message: 'after' }),
        reply(),
        reply(),
      ]);
    }
    const expected = await fresh(bob, alice.id);
    for (const row of expected.messages.filter((message) => message.thread))
      expect(row.thread).to.include({ message: 'after' });
    await eventually(() => device.received.length >= 5 * 12);
    expectSame(replica.receive(device.received).shown(), expected, 'what was received');
  });

  const playAll = (seeds: readonly number[], atOnce: number) =>
    Promise.all(
      seeds.flatMap((seed) =>
        (['direct', 'group'] as const).map((kind) =>
          play(kind, seed, atOnce).catch((error: Error) => {
            error.message = `${kind}, seed ${seed}: ${error.message}`;
            throw error;
          }),
        ),
      ),
    );

  it('equal the fresh state of a conversation, by socket or by sync', async () => {
    await playAll([1, 2], 1);
  });

  it('equal the fresh state of a conversation with concurrent actions', async () => {
    await playAll([3, 4], 4);
  });

  it('end with the deletion of a room, amid concurrent actions, by socket or by sync', async () => {
    await Promise.all([5, 6].map(playDeletion));
  });
});
