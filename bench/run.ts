import type { Contest } from './contest.ts';
import type { Series } from './report/results.ts';

/**
 * Measures contests in rounds: in each, every contest once, and in it all sides one after the
 * other. So a change of the machine's speed disturbs all sides.
 */
export async function runRounds(
  contests: readonly Contest[],
  rounds: number,
  say: (line: string) => void,
): Promise<Series[]> {
  const series = contests.flatMap(({ title, unit, sides }) =>
    sides.map(({ name, measure }) => ({
      measure,
      series: { contest: title, unit, side: name, samples: [] } as Series,
    })),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { measure, series: one } of series) {
      const sample = await measure();
      one.samples.push(sample);
      const rate = Math.round(sample.value);
      say(`round ${round}: ${one.contest}, ${one.side}: ${rate} ${one.unit}`);
    }
  }
  return series.map((one) => one.series);
}
