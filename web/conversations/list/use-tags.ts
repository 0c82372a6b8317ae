import type { CallResult } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { useReading } from '../../ui/use-reading.ts';

type Tag = CallResult<'tag.list'>[number];

const none: readonly Tag[] = [];

/** Returns the member's tags, by name; none while they are not known. */
export function useTags(): readonly Tag[] {
  const { api } = useClient();
  const { value = none } = useReading(
    '',
    (signal) => api.tag.list({}, { signal }),
    ({ name }) => name.startsWith('tag.'),
  );
  return value;
}
