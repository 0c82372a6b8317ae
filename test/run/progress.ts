import type { Outcome } from './messages.ts';

type Failure = Extract<Outcome, { kind: 'failed' }>;
interface Counts {
  passed: number;
  skipped: string[];
  failures: Failure[];
}

const marks = { passed: '.', failed: '!', skipped: '-' } as const;

const width = 75;

/** Shows a mark for each test, at the end what failed, and as the last line the two numbers. */
export class Progress {
  private readonly began = Date.now();
  private readonly write: (text: string) => void;
  private readonly files = new Map<string, Counts>();
  /** What failed in the first run of the files that run again. */
  private first: Failure[] = [];
  private marks = 0;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  readonly add = (outcome: Outcome): void => {
    const counts = this.files.get(outcome.file) ?? { passed: 0, skipped: [], failures: [] };
    this.files.set(outcome.file, counts);
    if (outcome.kind === 'failed') counts.failures.push(outcome);
    else if (outcome.kind === 'skipped') counts.skipped.push(outcome.title);
    else counts.passed += 1;
    this.write(marks[outcome.kind]);
    this.marks += 1;
    if (this.marks % width === 0) this.write('\n');
  };

  private failures = (): Failure[] => [...this.files.values()].flatMap((file) => file.failures);

  /** Forgets the outcomes of the files that have failures, and returns these files. */
  retry(): string[] {
    this.first = this.failures();
    const files = [...new Set(this.first.map((failure) => failure.file))];
    for (const file of files) this.files.delete(file);
    if (files.length > 0) this.write(`\n${files.length} files run again\n`);
    return files;
  }

  /** Prints the summary; true when nothing failed. */
  finish(): boolean {
    const failures = this.failures();
    const isBroken = ({ file, title }: Failure) =>
      failures.some((one) => one.file === file && one.title === title);
    const unsteady = this.first.filter((failure) => !isBroken(failure));
    const passed = [...this.files.values()].reduce((sum, file) => sum + file.passed, 0);
    for (const [file, { skipped }] of this.files)
      for (const title of skipped) this.write(`\nskipped: ${file}: ${title}`);
    const seconds = Math.round((Date.now() - this.began) / 1000);
    for (const [heading, listed] of [
      ['failed at first and passed when run again', unsteady],
      ['failed', failures],
    ] as const) {
      if (listed.length === 0) continue;
      this.write(`\n\n== ${heading}\n`);
      for (const { file, title, error } of listed) this.write(`\n${file}\n${title}\n${error}\n`);
    }
    this.write(`\n${this.files.size} files, ${seconds} s\n`);
    this.write(`${passed} passed, ${failures.length} failed\n`);
    return failures.length === 0 && passed > 0;
  }
}
