import fc from 'fast-check';
import type { Message, Truth } from './truth.ts';
import type { Player, World } from './world.ts';

/**
 * Numbers from which a command makes its choices. Shrunk runs keep their meaning while there is
 * something to choose.
 */
export type Numbers = readonly number[];

export interface Doing {
  world: World;
  truth: Truth;
  /** The acting member. */
  me: Player;
  /** One of these, chosen by the next number. */
  pick<T>(from: readonly T[]): T;
  /** True once in this many times. */
  once(inSo: number): boolean;
  /** The id of a message, mostly a new one that the member sees. */
  message(): string;
  /** The id of one of the member's own messages, if any. */
  own(): string;
  /** A conversation as the member addresses it, mostly an existing one. */
  place(): string;
  /** A group, mostly one that the member is in. */
  group(): string;
  /** Another member. */
  other(): Player;
}

type Act = (doing: Doing) => Promise<void>;

const some = 8;

class Step implements fc.AsyncCommand<Truth, World> {
  constructor(
    private readonly name: string,
    private readonly numbers: Numbers,
    private readonly act: Act,
  ) {}

  check = (): boolean => true;

  async run(truth: Truth, world: World): Promise<void> {
    world.steps += 1;
    const doing = doingOf(truth, world, this.numbers);
    await this.act(doing).catch((error: Error) => {
      const step = `step ${world.steps}, ${this.toString()} by ${doing.me.name}`;
      error.message = `${step}: ${error.message}`;
      throw error;
    });
  }

  toString = (): string => `${this.name}(${this.numbers.join(',')})`;
}

function doingOf(truth: Truth, world: World, numbers: Numbers): Doing {
  const [who = 0, ...choices] = numbers;
  let next = 0;
  const number = () => choices[next++ % choices.length] ?? 0;
  const pick = <T>(from: readonly T[]): T => from[number() % from.length] as T;
  const once = (inSo: number) => number() % inSo === inSo - 1;
  const me = world.player(who);
  // Prefers newer messages, so that the same messages get several actions.
  const newest = (from: readonly Message[]) =>
    from.length > 0 ? pick(from.slice(-some).reverse()).id : 'none';
  const all = [...truth.messages.values()];
  const seen = () => all.filter((message) => truth.sees(me.id, message));
  const groupIds = (rooms = truth.groups()) => rooms.map((room) => room.id);
  const mine = () => groupIds(truth.groups().filter((room) => room.members.has(me.id)));
  const others = world.players.filter((player) => player !== me);
  return {
    ...{ world, truth, me, pick, once },
    message: () => newest(once(9) ? all : seen()),
    own: () =>
      newest(
        once(9) ? seen() : seen().filter(({ author, forwardOf }) => author === me.id && !forwardOf),
      ),
    place: () =>
      pick([...others.map(({ id }) => id), ...mine(), ...(once(9) ? groupIds() : mine())]),
    group: () => pick([...(once(7) ? groupIds() : mine()), ...groupIds()]),
    other: () => pick(others),
  };
}

/** A kind of command with its weight. */
export const kind = (weight: number, name: string, act: Act): fc.Arbitrary<Step>[] => {
  // Shrinking shortens the list of commands, not a command.
  const numbers = fc.noShrink(fc.array(fc.nat(999), { minLength: 9, maxLength: 9 }));
  return Array.from({ length: weight }, () => numbers.map((drawn) => new Step(name, drawn, act)));
};
