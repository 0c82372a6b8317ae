import type { Sample } from '../measure/sample.ts';
import { median } from '../measure/sample.ts';

/** All samples of a side in a contest, one a round. */
export interface Series {
  contest: string;
  unit: string;
  side: string;
  samples: Sample[];
}

/** What a series comes to. Values that were not measured are undefined. */
export interface Summary {
  contest: string;
  unit: string;
  side: string;
  median: number;
  min: number;
  max: number;
  p50: number | undefined;
  p99: number | undefined;
  /** CPU time in µs per operation. */
  service: number | undefined;
  database: number | undefined;
  /** How the measured service compares with this side; undefined for itself. */
  ratio: Ratio | undefined;
}

/** The measured service's values by another side's: medians of the rounds' ratios. */
export interface Ratio {
  rate: number;
  p50: number | undefined;
  service: number | undefined;
  database: number | undefined;
}

type Field = keyof Sample;

const valuesOf = ({ samples }: Series, field: Field): number[] =>
  samples.flatMap((sample) => sample[field] ?? []);

const medianOf = (series: Series, field: Field): number | undefined => {
  const values = valuesOf(series, field);
  return values.length > 0 ? median(values) : undefined;
};

/** Compares in each round, so that a machine that gets slower disturbs both alike. */
function ratioOf(first: Series, other: Series): Ratio {
  const of = (field: Field): number | undefined => {
    const ratios = first.samples.flatMap((sample, round) => {
      const [own, its] = [sample[field], other.samples[round]?.[field]];
      return own === undefined || !its ? [] : own / its;
    });
    return ratios.length > 0 ? median(ratios) : undefined;
  };
  return {
    rate: of('value') ?? Number.NaN,
    p50: of('p50'),
    service: of('service'),
    database: of('database'),
  };
}

/** Summarizes series; the first of each contest is the measured service. */
export function summarize(all: readonly Series[]): Summary[] {
  return all.map((series) => {
    const { contest, unit, side } = series;
    const first = all.find((one) => one.contest === contest) ?? series;
    const rates = valuesOf(series, 'value');
    return {
      contest,
      unit,
      side,
      median: median(rates),
      min: Math.min(...rates),
      max: Math.max(...rates),
      p50: medianOf(series, 'p50'),
      p99: medianOf(series, 'p99'),
      service: medianOf(series, 'service'),
      database: medianOf(series, 'database'),
      ratio: first === series ? undefined : ratioOf(first, series),
    };
  });
}
