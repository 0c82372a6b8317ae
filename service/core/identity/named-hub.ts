import { ServiceError } from '../../../acl/language/errors.ts';

/** Returns the hub that two places name, if any does. Fails with INVALID_INPUT if they differ. */
export function onlyHub(
  places: string,
  first: string | undefined,
  second: string | undefined,
): string | undefined {
  if (first !== undefined && second !== undefined && first !== second)
    throw new ServiceError('INVALID_INPUT', [`hub_id: ${places} name different hubs`]);
  return first ?? second;
}
