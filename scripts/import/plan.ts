import { isBlank, type Line } from './lines.ts';

/** A change in the room of a day. */
export type Step =
  /** `posted`: added because of a message without having joined. */
  | { act: 'add'; nickname: string; posted: boolean }
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

/** Returns the steps of a day in order. Users who post without having joined are added first. */
export function planDay(day: string, lines: readonly Line[]): Plan {
  const plan: Plan = { steps: [], skipped: {} };
  const members = new Set<string>();
  const skip = (reason: keyof typeof reasons) => {
    plan.skipped[reasons[reason]] = (plan.skipped[reasons[reason]] ?? 0) + 1;
  };
  const add = (nickname: string, posted: boolean) => {
    members.add(nickname);
    plan.steps.push({ act: 'add', nickname, posted });
  };
  for (const row of lines) {
    const { event, author: nickname, line, text, replyTo } = row;
    const isMember = members.has(nickname);
    if (event === 'joined') isMember ? skip('isMember') : add(nickname, false);
    else if (event === 'left' && !members.delete(nickname)) skip('isNoMember');
    else if (event === 'left') plan.steps.push({ act: 'leave', nickname });
    else if (isBlank(row)) skip('blank');
    else {
      if (!isMember) add(nickname, true);
      plan.steps.push({ act: 'post', nickname, line, echoId: `irc-${day}-${line}`, text, replyTo });
    }
  }
  return plan;
}
