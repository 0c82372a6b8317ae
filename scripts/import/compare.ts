import type { MessageRow } from '../../acl/entities/message.ts';
import type { ExpectedRoom } from './expectation.ts';

/** A room of the hub and its expected state. */
export interface ComparedRoom extends ExpectedRoom {
  day: string;
  id: string;
  /** Messages of the hub, oldest first. */
  rows: MessageRow[];
}

/** Collects the differences between found and expected values. */
export class Comparison {
  /** How many values of each kind were compared. */
  readonly checked: Record<string, number> = {};
  readonly differences: string[] = [];

  /** Compares two values as JSON; `where` names their place in the report of a difference. */
  check(kind: string, where: string, found: unknown, expected: unknown): void {
    this.checked[kind] = (this.checked[kind] ?? 0) + 1;
    const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
    if (is !== should) this.differences.push(`${where}, ${kind}: is ${is}, should be ${should}`);
  }
}
