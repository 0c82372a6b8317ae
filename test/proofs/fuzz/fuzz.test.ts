import { expect } from 'chai';
import { fuzz } from './fuzz.ts';

describe('fuzz', () => {
  it('finds nothing in a short run: no failure, no hang, nothing stored that a valid call could not store', async () => {
    const { finds, answers } = await fuzz({
      requests: 400,
      seed: 5,
      minutes: 1,
      isPatient: false,
      say: () => {},
    });
    expect(finds).to.deep.equal([]);
    expect([...answers.keys()]).to.include.members(['200', '400 INVALID_INPUT', 'socket']);
  });
});
