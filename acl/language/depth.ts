import { ServiceError } from './errors.ts';

/** Levels of arrays and objects in a parameter at most: more than any method takes. */
export const maxLevels = 64;

/**
 * Whether arrays and objects are nested in `value` more than `levels` deep. Works level by level,
 * because a value from outside may be nested too deeply for recursion.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level = [value].filter(isNesting);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > levels) return true;
    const next: object[] = [];
    for (const outer of level)
      for (const inner of Object.values(outer)) if (isNesting(inner)) next.push(inner);
    level = next;
  }
  return false;
}

const isNesting = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * The check of every object that is read as JSON. Fails with INVALID_INPUT, which names the
 * parameters that are nested too deeply.
 */
export function refuseDeep(params: Readonly<Record<string, unknown>>): void {
  const deep = Object.keys(params).filter((name) => isDeeperThan(params[name], maxLevels));
  if (deep.length > 0)
    throw new ServiceError(
      'INVALID_INPUT',
      deep.map((name) => `${name}: is nested in more than ${maxLevels} levels`),
    );
}
