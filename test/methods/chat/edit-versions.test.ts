import { expect } from 'chai';
import type { CallError } from '../../../client/index.ts';
import { position } from '../../support/events.ts';
import { newHub, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { newest, post } from './support.ts';

describe('chat.edit', () => {
  describe('with a version', () => {
    it('fails with VERSION_MISMATCH, naming the current version, and changes nothing', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const id = await post(alice, bob.id, 'first');
      using device = await bob.device();
      for (const version of [0, 2, 100]) {
        const call = alice.chat.edit({ message_id: id, message: 'second', version });
        expect((await refused(call, 'VERSION_MISMATCH')).details.join()).to.match(
          /^version: .*\b1\b/,
        );
      }
      expect(await newest(alice, bob.id)).to.include({ message: 'first', version: 1, edited: 0 });
      expect(await alice.chat.edit({ message_id: id, message: 'second', version: 1 })).to.include({
        version: 2,
      });
      await refused(
        alice.chat.edit({ message_id: id, message: 'third', version: 1 }),
        'VERSION_MISMATCH',
      );
      for (const [version, next] of [
        [-1, 3] as const,
        ['-1', 4] as const,
        ['4', 5] as const,
        [5, 6] as const,
      ]) {
        const edit = { message_id: id, message: `for version ${next}`, version: version as number };
        expect(await alice.chat.edit(edit)).to.include({ version: next });
      }
      await refused(
        alice.chat.edit({ message_id: id, message: 'x', version: untyped('4') }),
        'VERSION_MISMATCH',
      );
      await post(alice, bob.id, 'last');
      await device.next('chat.post');
      const versionsReceived = device.received.flatMap((event) =>
        event.name === 'chat.edit' && 'version' in event.data ? event.data.version : [],
      );
      expect(versionsReceived).to.deep.equal([2, 3, 4, 5, 6]);
    });

    it('lets one of several concurrent edits succeed, and all of them with -1', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const id = await post(alice, bob.id, 'first');
      const last = await position(alice);
      const edits = (version: number) =>
        Promise.allSettled(
          Array.from({ length: 6 }, (_, n) =>
            alice.chat.edit({ message_id: id, message: `${version} ${n}`, version }),
          ),
        );
      const outcomes = await edits(1);
      const won = outcomes.flatMap((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : [],
      );
      expect(won).to.have.length(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          expect((outcome.reason as CallError).code).to.equal('VERSION_MISMATCH');
      expect(await newest(bob, alice.id)).to.include({ message: won[0]?.message, version: 2 });
      expect(await position(alice)).to.equal(last + 1);
      const versions = (await edits(-1)).flatMap((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value.version : [],
      );
      expect(versions.sort()).to.deep.equal([3, 4, 5, 6, 7, 8]);
      expect(await position(alice)).to.equal(last + 7);
    });
  });
});
