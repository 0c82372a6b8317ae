import { isBlank, type Line } from './lines.ts';

/** What is done for a line, in the room of its day. */
export type Step =
  | { act: 'add'; nickname: string; spoke: boolean }
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
  /** Lines for which nothing is done, by reason. */
  skipped: Record<string, number>;
}

const reasons = {
  blank: 'empty message',
  isIn: 'joined, but was in already',
  isOut: 'left, but was not in',
} as const;

/** The steps of a day in order. Who speaks without having joined is added first. */
export function planDay(day: string, lines: readonly Line[]): Plan {
  const plan: Plan = { steps: [], skipped: {} };
  const present = new Set<string>();
  const skip = (reason: keyof typeof reasons) => {
    plan.skipped[reasons[reason]] = (plan.skipped[reasons[reason]] ?? 0) + 1;
  };
  const add = (nickname: string, spoke: boolean) => {
    present.add(nickname);
    plan.steps.push({ act: 'add', nickname, spoke });
  };
  for (const said of lines) {
    const { event, author: nickname, line, text, replyTo } = said;
    const isIn = present.has(nickname);
    if (event === 'joined') isIn ? skip('isIn') : add(nickname, false);
    else if (event === 'left' && !present.delete(nickname)) skip('isOut');
    else if (event === 'left') plan.steps.push({ act: 'leave', nickname });
    else if (isBlank(said)) skip('blank');
    else {
      if (!isIn) add(nickname, true);
      plan.steps.push({ act: 'post', nickname, line, echoId: `irc-${day}-${line}`, text, replyTo });
    }
  }
  return plan;
}
