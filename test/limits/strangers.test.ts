import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { RateLimited, ServiceError } from '../../acl/language/errors.ts';
import { createStrangers, type Strangers } from '../../service/limits/strangers.ts';

const address = '192.0.2.1';
const unknown = () => Promise.reject(new ServiceError('NOT_AUTHENTICATED'));
const isUnknown = (error: unknown) =>
  error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED';

/** The code of a refused visit, or what its look-up returned. */
async function visit(
  strangers: Strangers,
  token: string | undefined,
  lookUp: () => Promise<string>,
): Promise<string> {
  const visiting =
    token === undefined ? strangers.visit(address) : strangers.visitWith(address, token);
  return (await visiting)
    .identify(token, lookUp, isUnknown)
    .catch((error: unknown) => (error as ServiceError).code);
}

const valid = async () => 'valid';

/** Uses up the anonymous calls of the address. */
async function spend(strangers: Strangers): Promise<void> {
  for (;;) if (await strangers.count(address).catch(() => true)) return;
}

describe('The anonymous calls of an address', () => {
  it('are counted before the look-up, and given back when it succeeds', async () => {
    const strangers = createStrangers(3, 60);
    for (let n = 0; n < 10; n++)
      expect(await visit(strangers, `token ${n}`, valid)).to.equal('valid');
    const guesses = Array.from({ length: 20 }, (_, n) => visit(strangers, `guess ${n}`, unknown));
    const codes = await Promise.all(guesses);
    expect(codes.filter((code) => code === 'NOT_AUTHENTICATED')).to.have.length(3);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).to.have.length(17);
  });

  it('look up no more than the line of guesses that are made side by side', async () => {
    const strangers = createStrangers(3, 60);
    let lookUps = 0;
    const guess = () => {
      lookUps += 1;
      return unknown();
    };
    await Promise.all(Array.from({ length: 100 }, (_, n) => visit(strangers, `${n}`, guess)));
    expect(lookUps).to.equal(3 + 8);
  });

  it('let tokens go on that were valid before they were used up', async () => {
    const strangers = createStrangers(3, 60);
    await visit(strangers, 'known', valid);
    await spend(strangers);
    let running = 0;
    let most = 0;
    const slow = async () => {
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
      return 'valid';
    };
    const calls = await Promise.all(
      Array.from({ length: 50 }, () => visit(strangers, 'known', slow)),
    );
    expect(calls.every((code) => code === 'valid')).to.equal(true);
    expect(most).to.equal(50);
  });

  it('let other tokens wait in a line of eight, one look-up after the other', async () => {
    const strangers = createStrangers(3, 60);
    await spend(strangers);
    let running = 0;
    const slow = async () => {
      expect(++running).to.equal(1);
      await turn();
      running -= 1;
      return 'valid';
    };
    const calls = Array.from({ length: 12 }, (_, n) => visit(strangers, `new ${n}`, slow));
    const codes = await Promise.all(calls);
    expect(codes.filter((code) => code === 'valid')).to.have.length(8);
    expect(codes.slice(8)).to.deep.equal(Array.from({ length: 4 }, () => 'RATE_LIMITED'));
    expect(await visit(strangers, 'new 0', slow)).to.equal('valid');
  });

  it('refuse calls without a token once they are used up', async () => {
    const strangers = createStrangers(3, 60);
    expect(await visit(strangers, undefined, valid)).to.equal('valid');
    await spend(strangers);
    expect(await visit(strangers, undefined, valid)).to.equal('RATE_LIMITED');
    expect(await visit(strangers, 'guess', unknown)).to.equal('RATE_LIMITED');
  });

  it('forget a token that is no longer valid, and count it', async () => {
    const strangers = createStrangers(3, 60);
    await visit(strangers, 'ended', valid);
    for (const _ of 'abc')
      expect(await visit(strangers, 'ended', unknown)).to.equal('NOT_AUTHENTICATED');
    expect(await visit(strangers, 'ended', unknown)).to.equal('RATE_LIMITED');
  });

  it('are not used up by faults of the service', async () => {
    const strangers = createStrangers(3, 60);
    const fault = () => Promise.reject(new ServiceError('UNAVAILABLE'));
    for (let n = 0; n < 10; n++)
      expect(await visit(strangers, `token ${n}`, fault)).to.equal('UNAVAILABLE');
    expect(await visit(strangers, 'token', valid)).to.equal('valid');
  });

  it('are charged for what is large, and all of it is given back', async () => {
    const strangers = createStrangers(40, 60);
    for (let n = 0; n < 9; n++) {
      const large = await strangers.visit(address);
      await large.charge(8);
      await large.identify('token', valid, isUnknown);
    }
    // Each is charged a quarter at most, so three fit.
    for (let n = 0; n < 3; n++) await (await strangers.visit(address)).charge(1000);
    const fourth = await strangers.visit(address);
    const error = await fourth.charge(1000).catch((refusal: unknown) => refusal);
    expect(error).to.be.instanceOf(RateLimited);
  });

  it('leave eight connections in the time of the limit once they are used up', async () => {
    const strangers = createStrangers(3, 60);
    await spend(strangers);
    const open = async (token: string, lookUp: () => Promise<string>): Promise<string> => {
      const { identify, closed } = await strangers.connect(address, true);
      return identify(token, lookUp, isUnknown).finally(closed);
    };
    const code = (error: unknown) => (error as ServiceError).code;
    // Those of known callers take no place for longer than their look-up.
    for (let n = 0; n < 20; n++) expect(await open(`token ${n}`, valid)).to.equal('valid');
    for (let n = 0; n < 8; n++) await open(`guess ${n}`, unknown).catch(code);
    // A connection keeps its place in the line for a second after its end.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await open('guess', unknown).catch(code)).to.equal('RATE_LIMITED');
    expect(await open('token', valid).catch(code)).to.equal('RATE_LIMITED');
    expect(await strangers.connect('192.0.2.2', true)).to.have.property('closed');
  });

  it('are counted for the whole /64 of an IPv6 address', async () => {
    const strangers = createStrangers(1, 60);
    await strangers.count('2001:db8::1');
    const codeOf = (from: string) => strangers.count(from).catch((error) => error.code);
    expect(await codeOf('2001:db8::ffff:2')).to.equal('RATE_LIMITED');
    expect(await codeOf('2001:db8:0:1::1')).to.equal(undefined);
  });
});
