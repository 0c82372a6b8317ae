import type { CallByName } from '../calls/client.ts';
import { CallError, isRefusal } from '../calls/errors.ts';
import { fetchWithProgress } from '../calls/progress.ts';
import { passingStatuses } from '../calls/retry.ts';
import type { CallParams, CallResult } from '../calls/types.ts';
import { randomId } from '../random-id.ts';
import type { Ledger } from './ledger.ts';
import { Queue } from './queue.ts';
import type { Claim, StoredItem } from './storage.ts';

/** Changes the item; rejects if another tab has taken it, or it was removed. */
type Hold = (change: (item: StoredItem) => StoredItem) => Promise<StoredItem>;

export interface SendingOptions {
  ledger: Ledger;
  call: CallByName;
  now: () => number;
  /** No other tab sends at the same time: what another has claimed may be taken from it. */
  isExclusive: boolean;
}

/**
 * `done`: look at the conversation again. `taken`: another tab has the item. An error: try again
 * after a pause.
 */
export type Outcome = 'done' | 'taken' | { error: unknown };

/** Longer than a post may take; what takes longer renews it. */
const claimMs = 40_000;
const postMs = 30_000;
/** At the same time, over all conversations. */
const mostUploads = 3;
/** An upload may be as slow as this, in bytes a millisecond. */
const slowest = 10;

/** The bytes of a file are lost: its user has changed or removed it meanwhile. */
class UnreadableFile extends Error {
  readonly code = 'FILE_UNREADABLE';
  readonly details: readonly string[];

  constructor(name: string) {
    super();
    this.details = [`files: ${name} cannot be read any more`];
  }
}

const isPermanent = (error: unknown): error is CallError | UnreadableFile =>
  error instanceof UnreadableFile ||
  (error instanceof CallError && error.status < 500 && !passingStatuses.has(error.status));

export const isUnsent = ({ state }: StoredItem): boolean =>
  state !== 'stored' && state !== 'failed';

const isUploaded = ({ files }: Pick<StoredItem, 'files'>): boolean =>
  files.every(({ nid }) => nid !== undefined);

const withoutNid = ({ nid: _, ...file }: StoredItem['files'][number]) => file;

/** Sends one item: its files, then its post. */
export class Sender {
  readonly #options: SendingOptions;
  readonly #tab = randomId();

  readonly #uploads = new Queue(mostUploads);

  constructor(options: SendingOptions) {
    this.#options = options;
  }

  /** Tries once, and records what came of it. */
  async send(id: string, control: AbortController): Promise<Outcome> {
    const { signal } = control;
    const { ledger } = this.#options;
    const taken = await ledger.change(id, (item, all) => this.#take(item, all));
    if (!taken) return 'taken';
    const hold: Hold = async (change) => {
      const item = signal.aborted ? undefined : await this.#changeOwn(id, change);
      if (item && !signal.aborted) return item;
      control.abort();
      throw signal.reason;
    };
    const renew = () => hold((own) => ({ ...own, claim: this.#newClaim() }));
    const renewal = setInterval(() => void renew().catch(() => {}), claimMs / 3);
    try {
      await untilAborted(this.#deliver(taken, hold, signal), signal);
      return 'done';
    } catch (error) {
      if (!signal.aborted) return await this.#refuse(id, error);
      await this.#changeOwn(id, (own) => ({ ...released(own), state: 'queued' }));
      return 'done';
    } finally {
      clearInterval(renewal);
    }
  }

  #newClaim(): Claim {
    return { by: this.#tab, untilMs: this.#options.now() + claimMs };
  }

  #isHeldByAnother({ claim }: StoredItem): boolean {
    const { isExclusive, now } = this.#options;
    return !isExclusive && claim !== undefined && claim.by !== this.#tab && claim.untilMs > now();
  }

  /** Takes the item, unless another tab has it or an earlier one of its conversation is unsent. */
  #take(item: StoredItem, all: readonly StoredItem[]): StoredItem | undefined {
    const isEarlier = (one: StoredItem): boolean =>
      one.entityId === item.entityId && one.order < item.order && isUnsent(one);
    if (!isUnsent(item) || this.#isHeldByAnother(item) || all.some(isEarlier)) return undefined;
    return { ...item, claim: this.#newClaim(), state: isUploaded(item) ? 'sending' : 'uploading' };
  }

  #changeOwn(id: string, change: (item: StoredItem) => StoredItem) {
    return this.#options.ledger.change(id, (item) =>
      item.claim?.by === this.#tab ? change(item) : undefined,
    );
  }

  async #deliver(taken: StoredItem, hold: Hold, signal: AbortSignal): Promise<void> {
    await this.#post(await this.#uploadAll(taken, hold, signal), signal);
  }

  /** Uploads the files that are not uploaded yet. */
  async #uploadAll(taken: StoredItem, hold: Hold, signal: AbortSignal): Promise<StoredItem> {
    let item = taken;
    for (const [index, { nid: known }] of taken.files.entries()) {
      if (known !== undefined) continue;
      const nid = await this.#uploads.run(() => this.#upload(item, index, signal));
      item = await hold((own) => {
        const files = own.files.map((file, n) => (n === index ? { ...file, nid } : file));
        return { ...own, files, state: isUploaded({ files }) ? 'sending' : 'uploading' };
      });
    }
    return item;
  }

  async #upload(item: StoredItem, index: number, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const { call, ledger } = this.#options;
    const { name, type } = item.files[index] as StoredItem['files'][number];
    const bytes = await ledger.readFile(item.id, index).catch(() => undefined);
    const isReadable = await bytes
      ?.slice(0, 1)
      .arrayBuffer()
      .catch(() => undefined);
    if (!bytes || !isReadable) throw new UnreadableFile(name);
    const staged = await call(
      'chat.upload',
      { file: [new File([bytes], name, { type })] },
      {
        signal,
        retryForMs: 0,
        timeoutMs: postMs + Math.ceil(bytes.size / slowest),
        fetch: fetchWithProgress((part) => ledger.progress(item.id, index, part)),
      },
    );
    const [{ nid }] = staged as [CallResult<'chat.upload'>[number]];
    return nid;
  }

  async #post(item: StoredItem, signal: AbortSignal): Promise<void> {
    const { call, ledger } = this.#options;
    const options = { signal, retryForMs: 0, timeoutMs: postMs };
    const posted = await call('chat.post', paramsOf(item), options).catch(async (error) => {
      if (!isRefusal('chat.post', error) || error.code !== 'ECHO_ID_CONFLICT') throw error;
      // An earlier attempt was stored, with an upload of its files that was not recorded here.
      const params = { entity_id: item.entityId, limit: 100, mark_read: 0 };
      const rows = (await call('chat.messages', params, options)) as CallResult<'chat.messages'>;
      return rows.find(({ echoId }) => echoId === item.id) ?? { seq: 0 };
    });
    const { message_id: messageId, seq } = posted as CallResult<'chat.post'>;
    // Also if another tab has taken it meanwhile.
    await ledger.change(item.id, (own) => ({
      ...released(own),
      state: 'stored',
      messageId,
      seq,
    }));
  }

  /** Records why an item was not sent. */
  async #refuse(id: string, error: unknown): Promise<Outcome> {
    const isOver = isPermanent(error);
    await this.#changeOwn(id, (own) =>
      isOver ? refused(released(own), error) : { ...released(own), state: 'queued' },
    );
    return isOver ? 'done' : { error };
  }
}

/** Settles as the work does, or when the signal is aborted, which the work may leave unnoticed. */
const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const give = () => reject(signal.reason);
    if (signal.aborted) give();
    signal.addEventListener('abort', give);
    work.then(resolve, reject);
  });

/** Returns an item after it was refused for good. */
function refused(item: StoredItem, { code, details }: CallError | UnreadableFile): StoredItem {
  const isExpired = code === 'INVALID_ATTACHMENT' && item.files.length > 0;
  if (!isExpired || item.isUploadedAgain)
    return { ...item, state: 'failed', failure: { code, details } };
  return { ...item, state: 'queued', isUploadedAgain: true, files: item.files.map(withoutNid) };
}

const released = ({ claim: _, ...item }: StoredItem): StoredItem => item;

const paramsOf = ({ files, ...item }: StoredItem) =>
  ({
    entity_id: item.entityId,
    message: item.message,
    echoId: item.id,
    thread_id: item.threadId,
    mention_ids: item.mentionIds,
    attachment: files.length > 0 ? files.map(({ nid }) => nid) : undefined,
  }) satisfies Partial<Record<keyof CallParams<'chat.post'>, unknown>>;
