import { expect } from 'chai';
import { type Member, raw } from './hub.ts';

/** The call is refused with INVALID_INPUT, and the details name the parameter. */
export async function invalid(member: Member, method: string, body: object, parameter: string): Promise<void> {
  const { status, body: answer } = await raw(method, { token: member.token, hubId: member.hubId, body });
  const what = `${method} ${JSON.stringify(body)?.slice(0, 100)}`;
  expect([status, answer.error], what).to.deep.equal([400, 'INVALID_INPUT']);
  expect(answer.details.join('\n'), what).to.contain(parameter);
}
