import type { Transaction } from '../../../db/connection/transaction.ts';
import type { Admitted, Gate } from '../admission.ts';

/**
 * Reads predicted callers again, together with the work that is done for them in a transaction.
 * Returns the function that returns which of the admissions hold.
 *
 * What a safe call reads was its caller's to read if their rights existed after it was read, so
 * they are read last, and with each round trip: any may be the call's last one. Where something is
 * written, rights are read first, and once: the epoch of that moment is compared with the one under
 * the hub's lock. Nothing is read beside that lock, which `isHubLocked` returns; if nothing is
 * emitted after it, a safe call reads its caller at the end.
 */
export function confirmWithRoundTrips(
  gate: Pick<Gate, 'confirm'> | undefined,
  tx: Transaction,
  admissions: readonly Admitted[],
  isHubLocked: () => boolean,
): (isEpochCompared?: boolean) => Promise<boolean[]> {
  if (!gate || admissions.every(({ prediction }) => prediction === undefined))
    return async () => admissions.map(() => true);
  const isSafe = admissions.every(({ registered }) => registered.spec.safe);
  const place = isSafe ? 'last' : 'first';
  let reading: Promise<boolean[]> | undefined;
  let isLate = false;

  const read = (): Promise<boolean[]> => {
    const begun = gate.confirm(tx.accompanying(), admissions);
    reading = begun;
    begun.catch(() => {
      if (reading === begun) reading = undefined;
    });
    return begun;
  };
  const onRoundTrip = (): void => {
    isLate = isSafe && isHubLocked();
    if (!isLate) void read();
    if (isSafe) tx.withNext(place, onRoundTrip);
  };
  tx.withNext(place, onRoundTrip);
  return (isEpochCompared = false) =>
    reading === undefined || (isLate && !isEpochCompared) ? read() : reading;
}
