import type { Pool } from '../../db/connection/connect.ts';
import { createContractCheck } from '../../service/core/check-contract.ts';
import { createPerform } from '../../service/core/perform.ts';
import type { Publication } from '../../service/events/publication.ts';
import { createPublisher } from '../../service/events/publisher.ts';
import type { JobContext } from '../../service/jobs/job.ts';

/** The environment of a job in a test, and what it published. */
export interface TestJobs extends JobContext {
  published: Publication[];
}

/** Jobs by the given clock. Errors are thrown instead of logged. */
export function jobsOn(
  pool: Pool,
  clock = Date.now,
  { signal = new AbortController().signal, onPublish = () => {} } = {},
): TestJobs {
  const published: Publication[] = [];
  const publisher = createPublisher((publication) => {
    published.push(publication);
    onPublish();
  });
  const check = createContractCheck(1);
  return {
    pool,
    clock,
    perform: createPerform({ pool, publisher, clock, check }),
    signal,
    report(error) {
      throw error;
    },
    published,
  };
}
