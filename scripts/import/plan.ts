import { maxUserIds } from '../../acl/language/limits.ts';
import { isBlank, type Line } from './lines.ts';

/** A change in the room of a day. */
export type Step =
  /** `joined`: how many of them joined; the others post without having joined. */
  | { act: 'add'; nicknames: string[]; joined: number }
  | { act: 'leave'; nickname: string }
  | {
      act: 'post';
      nickname: string;
      line: number;
      echoId: string;
      text: string;
      replyTo: number | undefined;
    };

export interface Plan {
  steps: Step[];
  /** Number of lines without a step, by reason. */
  skipped: Record<string, number>;
}

const reasons = {
  blank: 'empty message',
  isMember: 'joined, but already was a member',
  isNoMember: 'left, but was not a member',
} as const;

/**
 * Returns the steps of a day in order. Users whose first line is a message were there when the day
 * began. Users who join with nothing between them are added by one step.
 */
export function planDay(day: string, lines: readonly Line[]): Plan {
  const plan: Plan = { steps: [], skipped: {} };
  const members = new Set<string>();
  const skip = (reason: keyof typeof reasons) => {
    plan.skipped[reasons[reason]] = (plan.skipped[reasons[reason]] ?? 0) + 1;
  };
  const add = (nickname: string, joined: 0 | 1) => {
    members.add(nickname);
    const last = plan.steps.at(-1);
    if (last?.act === 'add' && last.nicknames.length < maxUserIds) {
      last.nicknames.push(nickname);
      last.joined += joined;
    } else plan.steps.push({ act: 'add', nicknames: [nickname], joined });
  };
  for (const nickname of presentAtFirst(lines)) add(nickname, 0);
  for (const row of lines) {
    const { event, author: nickname, line, text, replyTo } = row;
    const isMember = members.has(nickname);
    if (event === 'joined') isMember ? skip('isMember') : add(nickname, 1);
    else if (event === 'left' && !members.delete(nickname)) skip('isNoMember');
    else if (event === 'left') plan.steps.push({ act: 'leave', nickname });
    else if (isBlank(row)) skip('blank');
    else {
      if (!isMember) add(nickname, 0);
      plan.steps.push({ act: 'post', nickname, line, echoId: `irc-${day}-${line}`, text, replyTo });
    }
  }
  return plan;
}

/** Returns the users of whom a message is the first thing that the lines tell. */
function presentAtFirst(lines: readonly Line[]): Set<string> {
  const seen = new Set<string>();
  const present = new Set<string>();
  for (const row of lines) {
    const { author, event } = row;
    if (event === 'said' && isBlank(row)) continue;
    if (event === 'said' && !seen.has(author)) present.add(author);
    seen.add(author);
  }
  return present;
}
