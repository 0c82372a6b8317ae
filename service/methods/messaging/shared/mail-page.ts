import type { Failure, Output, Spec } from '../../../../acl/index.ts';
import { maxPageContext } from '../../../../acl/language/limits.ts';
import { mayReadMembersMail } from '../../../../db/access/mail.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import { listMailPage, type MailFilter, SearchTimeout } from '../../../../db/reading/mail/boxes.ts';
import { BadCriteria } from '../../../../db/reading/mail/conditions.ts';
import type { Call } from '../../../core/call.ts';
import { presentMail } from '../../../present/mail.ts';

type Page = Output<Spec<'messaging.page'>>;
type PageFailure = Failure<Spec<'messaging.page'>> | Failure<Spec<'messaging.page_offset'>>;

interface Reader extends Pick<Call<Spec<'messaging.page'>>, 'caller' | 'user' | 'seal' | 'bill'> {
  hub: Hub;
  fail(code: PageFailure, ...details: string[]): never;
}

/** `own`: one member's boxes, for that member. `sys`: what the system may read in all boxes. */
type Scope = 'own' | 'sys';

/**
 * What a sealed `context` holds: the filter of a page, and the caller that it was issued to. Its
 * names stay as they are, so that contexts outlive an upgrade.
 */
interface Context extends MailFilter {
  whose: Scope;
  hub: string;
  user: string;
}

/** Returns a page of messages, with a context from which the pages beside it can be read. */
export async function readMailPage(
  reader: Reader,
  filter: MailFilter,
  scope: Scope,
): Promise<Page> {
  const { hub, user, seal, fail, bill } = reader;
  const { ownerId, criteria, sort, rows, page } = filter;
  const content: Context = {
    whose: scope,
    hub: hub.id,
    user: user.id,
    ownerId,
    criteria,
    sort,
    rows,
    page,
  };
  const context = seal.seal(content);
  if (context.length > maxPageContext) fail('INVALID_CRITERIA', 'criteria: too long');
  // Not part of the context: it depends on who turns the page.
  const fromSystem = scope === 'sys' && !(await mayReadMembersMail(reader));
  const { items, count } = await listMailPage(hub, { ...filter, fromSystem }).catch(
    async (error: unknown) => {
      if (error instanceof SearchTimeout) await bill.timeout();
      if (error instanceof BadCriteria) return fail('INVALID_CRITERIA', error.message);
      throw error;
    },
  );
  return {
    context,
    count,
    page,
    items: items.map(presentMail),
    more_before: page > 1,
    more_after: page * rows < count,
  };
}

/** Returns the page that is `offset` pages after the one that a context was issued with. */
export async function turnMailPage(
  reader: Reader,
  { context, offset }: { context: string; offset: number },
  scope: Scope,
): Promise<Page> {
  const { hub, user, seal, fail } = reader;
  const opened = seal.open(context) as Context | undefined;
  const isIssuedHere =
    opened?.whose === scope &&
    opened.hub === hub.id &&
    (scope === 'sys' || opened.user === user.id);
  if (!opened || !isIssuedHere) return fail('INVALID_CONTEXT', 'context: was not issued to you');
  const { ownerId, criteria, sort, rows } = opened;
  const page = Math.max(opened.page + offset, 1);
  return readMailPage(reader, { ownerId, criteria, sort, rows, page }, scope);
}
