import { ServiceError } from './errors.ts';

/** Levels of arrays and objects in a parameter at most: more than any method takes. */
export const maxLevels = 64;

/**
 * Whether arrays and objects are nested in `value` more than `levels` deep. Works level by level,
 * because a value from outside may be nested too deeply for recursion.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    level = level.flatMap((inner) =>
      typeof inner === 'object' && inner !== null ? Object.values(inner) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

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
