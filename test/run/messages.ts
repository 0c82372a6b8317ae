/** What a worker reports to the process that started it. */
export type Report =
  | { kind: 'ready' }
  | { kind: 'passed'; file: string; title: string; ms: number }
  | { kind: 'failed'; file: string; title: string; error: string }
  /** It cannot run here; its output says why. */
  | { kind: 'skipped'; file: string; title: string }
  /** All tests of the file have run. */
  | { kind: 'done'; file: string };

export type Outcome = Extract<Report, { kind: 'passed' | 'failed' | 'skipped' }>;

export type Request = { kind: 'run'; file: string } | { kind: 'stop' };
