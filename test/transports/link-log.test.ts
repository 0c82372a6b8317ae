import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createClient } from '../../client/index.ts';
import { operatorToken, ownSchema } from '../support/app.ts';
import { request } from '../support/request.ts';
import { serviceOn } from '../support/service.ts';

describe('The log', () => {
  it('holds no signature of a link, whatever becomes of the request', async function () {
    this.timeout(60_000);
    await using schema = await ownSchema();
    await using service = await serviceOn(schema.address, { environment: { LOG_LEVEL: 'debug' } });
    await service.start();
    const { url } = service;
    const operator = createClient({ url, token: operatorToken });
    const { hub_id: hubId } = await operator.hub.create({ name: 'Hub', host: 'links.example' });
    const { user_id } = await operator.user.create({ firstname: 'Alice' });
    await createClient({ url, token: operatorToken, hubId }).hub.add_member({ user_id });
    const { token } = await operator.session.issue({ user_id });
    const alice = createClient({ url, token, hubId });
    const [file] = await alice.chat.upload({ file: [new Blob(['a note'])] });
    const [links] = await alice.chat.file_urls({ nids: [file?.nid ?? ''] });
    const path = links?.url ?? expect.fail('there is no link');
    const statusOf = async (sent: string, verb = 'GET') =>
      (await request(sent, { verb }, url)).status;
    expect(await statusOf(path)).to.equal(200);
    expect(await statusOf(`${path}x`)).to.equal(404);
    expect(await statusOf(path, 'POST')).to.equal(405);
    // The folder that would hold its bytes is gone.
    await rm(join(service.dataDir, 'files', hubId), { recursive: true });
    expect(await statusOf(path)).to.be.within(404, 503);
    const signature = path.split('.').at(-1) ?? '';
    expect(service.log.join('\n')).to.not.contain(signature).and.not.contain('sig=');
  });
});
