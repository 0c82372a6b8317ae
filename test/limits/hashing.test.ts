import { expect } from 'chai';
import { ServiceError } from '../../acl/language/errors.ts';
import { createHashing } from '../../service/secrets/passwords.ts';

/** Returns what becomes of work in a line that starts when `open` is called. */
function newLine() {
  const hashing = createHashing(({ all }) => all < 1);
  let open = () => {};
  const first = hashing('first', () => new Promise<void>((resolve) => (open = resolve)));
  const outcomes = { done: [] as string[], refused: [] as string[] };
  const enter = (from: string) =>
    hashing(from, async () => void outcomes.done.push(from)).catch((error: unknown) => {
      if (!(error instanceof ServiceError) || error.code !== 'RATE_LIMITED') throw error;
      outcomes.refused.push(from);
    });
  const finish = async (entered: Promise<unknown>[]) => {
    await new Promise((resolve) => setImmediate(resolve));
    open();
    await Promise.all([first, ...entered]);
    return outcomes;
  };
  return { enter, finish };
}

describe('Hashes of passwords', () => {
  it('wait in one line of an IPv6 network, however many addresses it has', async () => {
    const { enter, finish } = newLine();
    const addresses = Array.from({ length: 205 }, (_, n) => `2001:db8:1:2::${n.toString(16)}`);
    const { done, refused } = await finish([...addresses, '192.0.2.1'].map(enter));
    expect(refused).to.deep.equal(addresses.slice(200));
    expect(done.indexOf('192.0.2.1')).to.equal(1);
  });

  it('wait up to 1,000 in all, and others again once those are done', async () => {
    const { enter, finish } = newLine();
    const addresses = Array.from({ length: 1003 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
    const { done, refused } = await finish(addresses.map(enter));
    expect([done.length, refused]).to.deep.equal([1000, addresses.slice(1000)]);
    await enter('10.9.9.9');
    expect(done.at(-1)).to.equal('10.9.9.9');
  });
});
