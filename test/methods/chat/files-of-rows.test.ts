import { expect } from 'chai';
import type { StagedFile } from '../../../acl/entities/file.ts';
import { pageFiles } from '../../../acl/language/limits.ts';
import { ownApp } from '../../support/app.ts';
import { pngOf, uploadAll } from '../../support/files.ts';
import { newHub, newRoom } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { watchStatements } from '../../support/statements.ts';
import { untyped } from '../../support/untyped.ts';

/** What chat.upload returns, without the second names that only its own reply has. */
function withoutAliases(file: StagedFile): StagedFile {
  const { ext: _, filename: _name, filetype: _type, ...own } = untyped<StagedFile & Aliases>(file);
  return own as StagedFile;
}
type Aliases = Record<'ext' | 'filename' | 'filetype', string>;

describe('The files of a message in a history', () => {
  it('are in its row, with links, in messages, get, thread and pins', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const staged = await uploadAll(alice, ['ä "1".png', await pngOf(40, 20)], ['2.txt', 'two']);
    const { message_id } = await alice.chat.post({
      ...{ entity_id: room, message: 'Look', attachment: staged.map(({ nid }) => nid) },
    });
    await alice.chat.pin({ message_id });
    const { message_id: reply } = await bob.chat.post({
      ...{ entity_id: room, message: 'Nice', thread_id: message_id },
    });
    const links = await bob.chat.file_urls({ nids: staged.map(({ nid }) => nid) });
    const expected = staged.map((file, index) => ({ ...withoutAliases(file), ...links[index] }));
    const [ofReply, ofMessage] = await bob.chat.messages({ entity_id: room });
    expect(ofReply).to.deep.include({ message_id: reply, files: [] });
    const lists = [
      [ofMessage],
      await bob.chat.get({ message_ids: [message_id] }),
      (await bob.chat.thread({ thread_id: message_id })).slice(1),
      await bob.chat.pins({ entity_id: room }),
    ];
    for (const [row] of lists) {
      expect(row?.message_id).to.equal(message_id);
      expect(row?.files).to.deep.equal(expected);
    }
    for (const { url, thumb_url } of expected)
      for (const path of [url, thumb_url])
        if (path) expect((await request(path, { verb: 'GET' })).status).to.equal(200);
  });

  it('are the same whether or not the page before had files', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const page = async () => {
      const rows = await bob.chat.messages({ entity_id: alice.id, mark_read: 0 });
      return rows.map(({ files }) => files.map(({ nid }) => nid));
    };
    await alice.chat.post({ entity_id: bob.id, message: 'None' });
    expect(await page()).to.deep.equal([[]]);
    const [file] = await uploadAll(alice, ['a.txt', 'a']);
    const { message_id } = await alice.chat.post({
      ...{ entity_id: bob.id, attachment: [file?.nid ?? ''] },
    });
    for (const _ of ['not expected', 'expected'])
      expect(await page()).to.deep.equal([[file?.nid], []]);
    await alice.chat.delete({ option: 'all', messages: [message_id] });
    for (const _ of ['expected', 'not expected']) expect(await page()).to.deep.equal([[]]);
  });

  it('are the first of them, in their order, while attachment_count has their number', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const files = Array.from({ length: pageFiles + 2 }, (_, n) => [`${n}.txt`, `${n}`] as const);
    const staged = await uploadAll(alice, ...files);
    const nids = staged.map(({ nid }) => nid).reverse();
    await alice.chat.post({ entity_id: bob.id, attachment: nids });
    const [row] = await alice.chat.messages({ entity_id: bob.id });
    expect(row?.attachment_count).to.equal(nids.length);
    expect(row?.files.map(({ nid }) => nid)).to.deep.equal(nids.slice(0, pageFiles));
  });

  it('are read in the statement of the page, and nothing for messages without files', async () => {
    await using app = await ownApp();
    const { members } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const staged = await uploadAll(
      alice,
      ...Array.from({ length: 20 }, (_, n) => {
        return [`${n}.txt`, `${n}`] as const;
      }),
    );
    for (const { nid } of staged) await alice.chat.post({ entity_id: bob.id, attachment: [nid] });
    await bob.chat.messages({ entity_id: alice.id, mark_read: 0 });
    const statements = watchStatements(app, /attachments/);
    const rows = await bob.chat.messages({ entity_id: alice.id, mark_read: 0 });
    expect(rows.flatMap(({ files }) => files)).to.have.length(20);
    expect(statements).to.have.length(1);
  });

  it('are in the replies of post, edit and forward with links, and in events without', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    using device = await bob.device();
    const staged = await uploadAll(alice, ['1.png', await pngOf(40, 20)], ['2.txt', 'two']);
    const nids = staged.map(({ nid }) => nid);
    const files = staged.map(withoutAliases);
    const sent = { entity_id: bob.id, attachment: nids, echoId: 'once' };
    const posted = await alice.chat.post(sent);
    const { message_id } = posted;
    const again = await alice.chat.post(sent);
    const edited = await alice.chat.edit({ message_id, message: 'Look' });
    const [copy] = await bob.chat.forward({
      entities: [carol.id],
      nodes: { messages: [message_id] },
    });
    await alice.chat.pin({ message_id });
    const links = await alice.chat.file_urls({ nids });
    const linked = files.map((file, index) => ({ ...file, ...links[index] }));
    for (const reply of [posted, again, edited]) expect(reply.files).to.deep.equal(linked);
    expect(copy?.files.map(({ nid }) => nid)).to.deep.equal(nids);
    for (const { url } of copy?.files ?? [])
      expect((await request(url ?? '', { verb: 'GET' })).status).to.equal(200);
    for (const name of ['chat.post', 'chat.edit', 'chat.forward'] as const)
      expect((await device.next(name)).data, name).to.deep.include({ files });
    const { data } = await device.next('chat.pin');
    expect(data).to.have.property('message').that.deep.include({ files });
    const { events } = await bob.chat.sync({ since: 0 });
    const shown = events.flatMap(({ data }) => ('files' in data ? [data.files] : []));
    expect(shown).to.deep.equal([files, files, files]);
    expect(JSON.stringify([device.received, events])).to.not.contain('sig=');
  });
});
