import { expect } from 'chai';
import { crash } from '../crash/crash.ts';

describe('A service that is killed with its database', () => {
  it('keeps all replies exactly once, in order and complete, through any kills', async () => {
    const { kills, counts, posts } = await crash({ kills: 6, seed: 7, auditEvery: 3 });
    expect(kills.service + kills.database + kills.both).to.equal(6);
    expect(posts.made, 'messages').to.be.above(50);
    expect(counts.answered, 'calls').to.be.above(100);
  });
});
