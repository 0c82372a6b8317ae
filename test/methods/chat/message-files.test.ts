import { join } from 'node:path';
import { expect } from 'chai';
import { createDiskStore } from '../../../uploads/disk.ts';
import { dataDir } from '../../support/app.ts';
import {
  fetchFile,
  freeNow,
  pngOf,
  rowsOf,
  storedOf,
  upload,
  uploadIds,
} from '../../support/files.ts';
import { type Member, newHub } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';
import { filesOf, outcomesOf } from './support.ts';

describe('The files of a message', () => {
  /** A file sent by Alice to Bob, and forwarded by Bob to Carol. */
  async function forwarded() {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const { nid } = await upload(alice, 'a.png', await pngOf(8, 8));
    const { message_id: original } = await alice.chat.post({
      entity_id: bob.id,
      attachment: [nid],
    });
    const [row] = await bob.chat.forward({ entities: [carol.id], nodes: { messages: [original] } });
    return { hubId, alice, bob, carol, nid, original, copy: row?.message_id ?? '', row };
  }
  const sees = async (member: Member, nid: string) => (await fetchFile(member, nid)).status === 200;

  it('are shared by a forwarded copy, with one row and one set of bytes', async () => {
    const { hubId, carol, bob, nid, copy, row } = await forwarded();
    expect(row).to.include({ is_attachment: 1 });
    expect((await carol.chat.messages({ entity_id: bob.id }))[0]).to.include({
      attachment_count: 1,
      is_forward: 1,
    });
    expect(await filesOf(carol, copy)).to.deep.equal([nid]);
    expect(await rowsOf(hubId)).to.deep.equal([{ id: nid, state: 'attached' }]);
    expect(await storedOf(hubId)).to.deep.equal([nid, `${nid}.thumb`]);
  });

  it('are kept while a message refers to them, and removed with the last', async () => {
    const { hubId, alice, bob, carol, nid, original, copy } = await forwarded();
    await alice.chat.delete({ option: 'all', messages: [original] });
    await freeNow();
    expect(await storedOf(hubId)).to.deep.equal([nid, `${nid}.thumb`]);
    expect([await sees(alice, nid), await sees(bob, nid), await sees(carol, nid)]).to.deep.equal([
      false,
      true,
      true,
    ]);
    expect(await filesOf(carol, copy)).to.deep.equal([nid]);
    await bob.chat.delete({ option: 'all', messages: [copy] });
    expect([await sees(bob, nid), await sees(carol, nid)]).to.deep.equal([false, false]);
    await eventually(async () => (await rowsOf(hubId)).length === 0);
    expect(await storedOf(hubId)).to.deep.equal([]);
  });

  it('are removed when the last two messages are deleted at once', async () => {
    for (let round = 0; round < 3; round++) {
      const { hubId, alice, bob, original, copy } = await forwarded();
      const deletions = [
        alice.chat.delete({ option: 'all', messages: [original] }),
        bob.chat.delete({ option: 'all', messages: [copy] }),
      ];
      expect(await outcomesOf(deletions)).to.deep.equal(['done', 'done']);
      await freeNow();
      expect([await rowsOf(hubId), await storedOf(hubId)]).to.deep.equal([[], []]);
    }
  });

  it('are kept if a forward wins over a concurrent deletion, else removed', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const kept: string[] = [];
    for (let round = 0; round < 10; round++) {
      const [nid = ''] = await uploadIds(alice, 1);
      const { message_id: id, seq } = await alice.chat.post({
        entity_id: bob.id,
        attachment: [nid],
      });
      const calls = [
        () => alice.chat.delete({ option: 'all', messages: [id] }),
        () => bob.chat.forward({ entities: [carol.id], nodes: { messages: [id] } }),
      ];
      const ends = await outcomesOf(
        (round % 2 === 0 ? calls : calls.reverse()).map((call) => call()),
      );
      const isKept = ends.every((end) => end === 'done');
      if (!isKept) expect(ends).to.deep.equal(['INVALID_MESSAGES', 'done']);
      const names = (await bob.chat.sync({ since: seq })).events.map((event) => event.name);
      expect(names).to.deep.equal(isKept ? ['chat.forward', 'chat.delete'] : ['chat.delete']);
      expect(await sees(carol, nid)).to.equal(isKept);
      if (isKept) kept.push(nid);
    }
    await freeNow();
    expect(await storedOf(hubId)).to.deep.equal(kept.sort());
  });

  it('are kept when members hide the messages for themselves', async () => {
    const { hubId, alice, bob, nid, original, copy } = await forwarded();
    await bob.chat.delete({ option: 'me', messages: [original, copy] });
    await alice.chat.delete({ option: 'me', messages: [original] });
    await freeNow();
    expect(await storedOf(hubId)).to.deep.equal([nid, `${nid}.thumb`]);
    expect([await sees(alice, nid), await sees(bob, nid)]).to.deep.equal([false, false]);
  });

  it('lose their row when their bytes are already missing', async () => {
    const { members, id: hubId } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice);
    await createDiskStore(join(dataDir(), 'files')).remove({ hubId, id: nid, variant: 'file' });
    await members.alice.chat.upload_remove({ nid });
    await freeNow();
    expect(await rowsOf(hubId)).to.deep.equal([]);
  });
});
