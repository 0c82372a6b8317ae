import { CallError } from '../../../client/index.ts';
import { dayMs, type ForwardApp, forwardApp } from '../../support/forward.ts';
import { type Member, newHub, type TestHub } from '../../support/hub.ts';
import type { Device } from '../../support/socket.ts';
import { untyped } from '../../support/untyped.ts';
import { eventually } from '../../support/wait.ts';
import { type Event, Replica } from './replica.ts';
import { type Refusal, Truth } from './truth.ts';
import { loadOne } from './view.ts';

const privileges = { ann: 31, bob: 15, cat: 7, dan: 7 };
type Name = keyof typeof privileges;
const names = Object.keys(privileges) as Name[];

export type Service = ForwardApp;
export const startService = (): Promise<Service> => forwardApp();

/** Tokens and the event log last for thirty. */
const mostDays = 24;

/**
 * A member of the run: one device is always connected, one reconnects, and one only uses chat.sync.
 */
export interface Player {
  name: Name;
  member: Member;
  id: string;
  always: Line;
  sometimes: Line;
  asking: Line;
}

/** What follows a run. */
export interface Watch {
  disturb(player: Player, pick: <T>(from: readonly T[]) => T): Promise<void> | void;
  /** Asserts that what a member is shown is what the service has. */
  check(player: Player): Promise<void>;
  close(): void;
}

/** A device and the state built from its events. */
export interface Line {
  replica: Replica;
  /** Received events, in order, across all connections. */
  received: Event[];
  taken: number;
  device?: Device | undefined;
}

export class World {
  readonly truth: Truth;
  readonly players: Player[];
  /** The hub's seq when the devices connected. */
  readonly begin: number;
  /** The commands of this run. */
  steps = 0;
  checks = 0;
  watch?: Watch | undefined;
  private texts = 0;
  private days = 0;

  private constructor(
    readonly service: Service,
    readonly hub: TestHub<Name>,
    players: readonly Omit<Player, 'always' | 'sometimes' | 'asking'>[],
    devices: readonly (readonly [Device, Device])[],
    /** Each check compares what all members see. */
    readonly isThorough: boolean,
  ) {
    this.begin = devices[0]?.[0].ready.seq ?? 0;
    this.truth = new Truth(
      players.map(({ id, name }) => ({ id, name, privilege: privileges[name] })),
    );
    this.players = players.map((player, index) => {
      const [always, sometimes] = devices[index] ?? [];
      const { id } = player;
      return {
        ...player,
        always: this.line(id, [], always),
        sometimes: this.line(id, [], sometimes),
        asking: this.line(id),
      };
    });
  }

  /** A device whose state comes only from events received since the beginning. */
  line(id: string, received: Event[] = [], device?: Device): Line {
    const displayOf = (user: string) => `${this.truth.nameOf(user)} Test`;
    return { replica: new Replica(id, this.begin, displayOf), received, taken: 0, device };
  }

  static async begin(service: Service, isThorough: boolean): Promise<World> {
    const hub = await newHub(privileges, service.app);
    const players = names.map((name) => ({
      name,
      member: hub.members[name],
      id: hub.members[name].id,
    }));
    const open = async ({ member }: { member: Member }) =>
      [await member.device(), await member.device()] as const;
    return new World(service, hub, players, await Promise.all(players.map(open)), isThorough);
  }

  /** A unique text. */
  text = (): string => `text ${++this.texts}`;

  player(n: number): Player {
    return this.players[n % this.players.length] as Player;
  }
  playerOf(id: string): Player {
    return this.players.find((player) => player.id === id) as Player;
  }

  /** Waits for pending receipts, which are sent after one second. */
  async waitForReceipts(): Promise<void> {
    this.service.putForward(1001);
    await eventually(async () => {
      const [rows] = await this.service.app.pool.query(
        'SELECT 1 FROM due_receipts WHERE hub_id = ?',
        [this.hub.id],
      );
      return (rows as unknown[]).length === 0;
    });
  }

  /** Lets days pass, within the lifetime of tokens. */
  age(days: number): void {
    if (this.days + days > mostDays) return;
    this.days += days;
    this.service.putForward(days * dayMs);
  }

  disconnect(line: Line): void {
    this.gather(line);
    line.device?.close();
    line.device = undefined;
  }
  async connect({ member }: Player, line: Line): Promise<void> {
    line.device ??= await member.device(line.received.at(-1)?.seq ?? this.begin);
    this.gather(line);
  }

  /** Collects the events that a device has received. */
  gather(line: Line): void {
    // Device events have any name and data; the contract suite checks their data against the
    // declaration.
    line.received.push(...untyped<Event[]>((line.device?.received ?? []).splice(0)));
  }

  /** Applies a device's received events, and loads the rooms that its member was added to. */
  async digest({ member }: Player, line: Line, seq: number): Promise<void> {
    line.replica.receive(line.received.slice(line.taken));
    line.taken = line.received.length;
    for (const roomId of [...line.replica.unloaded.keys()]) {
      const [row, info, people] = await Promise.all([
        member.chat.chat_room_info({ key: roomId }),
        member.room.info({ entity_id: roomId }),
        member.room.participants({ entity_id: roomId }),
      ]);
      const readUpTo = new Map(people.map((person) => [person.user_id, person.pointer]));
      const shown = await loadOne(member, row);
      line.replica.load(seq, { shown, readUpTo, isClosed: info.is_archived === 1 });
    }
  }

  [Symbol.dispose](): void {
    this.watch?.close();
    for (const { always, sometimes } of this.players)
      for (const line of [always, sometimes]) line.device?.close();
  }
}

/** All events after `since`, in small pages. */
export async function missed(
  { chat }: Member,
  since: number,
  limit = 7,
): Promise<{ events: Event[]; seq: number }> {
  const events: Event[] = [];
  for (let from = since; ; ) {
    const page = await chat.sync({ since: from, limit });
    if (!page.recovered) throw new Error(`chat.sync does not reach back to ${from}`);
    events.push(...(page.events as Event[]));
    if (!page.more) return { events, seq: page.seq };
    from = page.seq;
  }
}

/** The reply of a call that must succeed, or undefined for one that must fail with this code. */
export async function answered<T>(call: Promise<T>, refusal: Refusal): Promise<T | undefined> {
  const outcome = await codeOf(call);
  const expected = refusal ?? 'an answer';
  const actual = 'code' in outcome ? outcome.code : 'an answer';
  if (actual !== expected)
    throw new Error(`expected ${expected}, came ${actual} ${JSON.stringify(outcome)}`);
  return 'value' in outcome ? outcome.value : undefined;
}

export async function codeOf<T>(
  call: Promise<T>,
): Promise<{ value: T } | { code: string; details: unknown }> {
  try {
    return { value: await call };
  } catch (error) {
    if (error instanceof CallError) return { code: error.code, details: error.details };
    throw error;
  }
}
