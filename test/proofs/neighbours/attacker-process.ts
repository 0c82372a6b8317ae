import { connect, type DatabaseAddress } from '../../../db/connection/connect.ts';
import { type Member, type Outcomes, personOf } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/** Run by attacker.ts: prepares a scenario, then attacks from `begin` to `end`. */

export interface Setting {
  scenario: string;
  url: string;
  database: DatabaseAddress;
  attacker: Member;
  mateId: string;
}

export type Orders = { order: 'prepare'; setting: Setting } | { order: 'begin' | 'end' };

/** Sent once the scenario is prepared, and at the end of an attack. */
export interface Report {
  outcomes: Outcomes;
}

type Attack = (signal: AbortSignal) => Promise<Outcomes>;

async function prepare({ scenario, url, database, attacker, mateId }: Setting): Promise<Attack> {
  const found = scenarios.find(({ name }) => name === scenario);
  if (!found) throw new Error(`there is no scenario ${scenario}`);
  const pool = connect(database, 2);
  return found.prepare({ url, pool, mateId }, personOf(url, attacker));
}

let attack: Attack;
let ending: AbortController;
let attacking: Promise<Outcomes>;

async function obey(orders: Orders): Promise<void> {
  const report = (outcomes: Outcomes) => void process.send?.({ outcomes } satisfies Report);
  if (orders.order === 'prepare') {
    attack = await prepare(orders.setting);
    report({});
  } else if (orders.order === 'begin') {
    ending = new AbortController();
    attacking = attack(ending.signal);
  } else {
    ending.abort();
    report(await attacking);
  }
}

process.on('message', (orders: Orders) => void obey(orders));
// Also when the parent is killed.
process.on('disconnect', () => process.exit());
