import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type ForwardApp, forwardApp } from '../../support/forward.ts';
import { newHub, newRoom } from '../../support/hub.ts';

const hourMs = 3_600_000;

describe('A hub that is muted until a time', () => {
  let service: ForwardApp;
  before(async () => {
    service = await forwardApp();
  });
  after(() => service[Symbol.asyncDispose]());

  it('ends at that time without an event, in replies and for what notifies', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 }, service.app);
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    const alerted = async () =>
      (await alice.room.participants({ entity_id, notify: 1 })).map((row) => row.user_id);
    const until = service.now() + hourMs;
    const muted = { muted: 1, muted_until_ms: until } as const;
    expect(await bob.setting.patch_user(muted)).to.include(muted);
    expect(await bob.setting.patch_user({ mentions_only: 1 }), 'kept by others').to.include(muted);
    expect(await bob.setting.patch_user({ mentions_only: 0 })).to.include(muted);
    expect(await alerted()).to.deep.equal([alice.id]);
    service.putForward(hourMs);
    const over = { muted: 0, muted_until_ms: null } as const;
    expect(await bob.setting.get_user()).to.include(over);
    expect(await alerted()).to.deep.equal([alice.id, bob.id]);
    const start = await position(bob);
    await bob.setting.patch_user({ muted: 0 });
    await bob.setting.reset_user();
    expect(await position(bob), 'nothing changes by calls that say so').to.equal(start);
    const forGood = { muted: 1, muted_until_ms: null } as const;
    await bob.setting.patch_user({ muted: 1, muted_until_ms: service.now() + hourMs });
    expect(await bob.setting.patch_user({ muted: 1 }), 'for good').to.include(forGood);
    service.putForward(24 * hourMs);
    expect(await bob.setting.get_user()).to.include(forGood);
    expect(await bob.setting.reset_user()).to.include(over);
  });

  it('is refused where it has no meaning', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const later = Date.now() + hourMs;
    await refusedInputs(alice, 'setting.patch_user', [
      ...[0, -1, Date.now() - 1, 'soon'].map(
        (muted_until_ms) => ['muted_until_ms', { muted: 1, muted_until_ms }] as const,
      ),
      ['muted_until_ms', { muted_until_ms: later }],
      ['muted_until_ms', { muted_until_ms: null }],
      ['muted_until_ms', { muted: 0, muted_until_ms: later }],
    ]);
    expect(await alice.setting.get_user()).to.include({ muted: 0, muted_until_ms: null });
    await alice.setting.patch_user({ muted: 1, muted_until_ms: later });
    await refusedInputs(alice, 'setting.patch_user', [
      ['muted_until_ms', { muted_until_ms: later + 1 }],
    ]);
    expect(await alice.setting.get_user()).to.include({ muted_until_ms: later });
  });
});
