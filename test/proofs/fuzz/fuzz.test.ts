import { expect } from 'chai';
import { fuzz } from './fuzz.ts';

describe('fuzz', () => {
  it('finds no failure, hang or invalid row in a short run', async () => {
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
