import { expect } from 'chai';
import { ownSchema } from '../../support/app.ts';
import { platform } from '../../support/caller.ts';
import { serviceOn } from '../../support/service.ts';

describe('A second service on a database', () => {
  it('does not start while the first one runs, and does once that was killed', async () => {
    await using schema = await ownSchema();
    await using first = await serviceOn(schema.address);
    await using second = await serviceOn(schema.address);
    await first.start();
    const refusal = await second.start().catch((error: Error) => error.message);
    expect(refusal).to.contain('Another hubchat process uses this database');
    const { hub_id } = await platform(first.url).hub.create({ name: 'Hub' });
    await first.kill();
    await second.start();
    expect((await platform(second.url).user.create({ firstname: 'Ann' })).user_id).to.not.equal('');
    expect(hub_id).to.not.equal('');
  });
});
