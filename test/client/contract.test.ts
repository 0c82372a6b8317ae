import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { EventData as DeclaredEvent, EventName, SignalName } from '../../acl/events.ts';
import type { MethodName, Output, Spec } from '../../acl/index.ts';
import type { ErrorCode as DeclaredCode } from '../../acl/language/errors.ts';
import type { CallResult, ErrorCode, EventData, SignalData } from '../../client/index.ts';
import { clientContract } from '../../service/docs/client-contract.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? never : true) : true;

/** Refused by the compiler for any other type. */
type None<T extends never> = T;

/** The methods whose results differ between declaration and client; likewise events and codes. */
type Differing =
  | {
      [N in MethodName]: Same<CallResult<N>, Output<Spec<N>>> extends never ? never : N;
    }[MethodName]
  | { [N in EventName]: Same<EventData[N], DeclaredEvent<N>> extends never ? never : N }[EventName]
  | Exclude<SignalName, keyof SignalData>
  | Exclude<ErrorCode, DeclaredCode>;

describe('The contract of the client', () => {
  it('is what npm run reference writes', async () => {
    const file = new URL('../../client/contract.ts', import.meta.url);
    expect((await readFile(file, 'utf8')) === clientContract(), 'it is out of date').to.equal(true);
  });

  it('has the types of the declarations', () => {
    const none: None<Differing>[] = [];
    expect(none).to.deep.equal([]);
  });
});
