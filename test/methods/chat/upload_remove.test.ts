import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { fetchFile, pngOf, rowsOf, storedOf, upload, uploadIds } from '../../support/files.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';

describe('chat.upload_remove', () => {
  it('removes a staged file, and soon its bytes and thumbnail', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const png = await pngOf(30, 20);
    const file = await upload(alice, 'a.PNG', png);
    const kept = await upload(alice, 'kept.txt', 'kept');
    expect(await storedOf(id)).to.have.length(3);
    expect(await alice.chat.upload_remove({ nid: file.nid })).to.include({
      nid: file.nid,
      hub_id: id,
      file_name: 'a.PNG',
      filesize: png.length,
      extension: 'png',
      category: 'image',
      deleted: 1,
    });
    expect((await fetchFile(alice, file.nid)).status).to.equal(404);
    await refused(
      alice.chat.post({ entity_id: bob.id, attachment: [file.nid, kept.nid] }),
      'INVALID_ATTACHMENT',
    );
    await eventually(async () => (await rowsOf(id)).length === 1);
    expect(await storedOf(id)).to.deep.equal([kept.nid]);
    expect(
      (await alice.chat.post({ entity_id: bob.id, attachment: [kept.nid] })).attachment_count,
    ).to.equal(1);
  });

  it('adds the original system’s field names over HTTP', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const { nid } = await upload(alice, 'a.txt');
    const { body } = await raw('chat.upload_remove', {
      token: alice.token,
      hubId: alice.hubId,
      body: { nid },
    });
    expect(body.data).to.include({
      nid,
      file_name: 'a.txt',
      filename: 'a.txt',
      extension: 'txt',
      ext: 'txt',
    });
    expect(body.data).to.include({
      category: 'document',
      filetype: 'document',
      ftype: 'document',
      deleted: 1,
    });
  });

  it('fails with INVALID_ATTACHMENT unless the file is staged by the caller', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 63 });
    const { alice, bob, admin } = members;
    const elsewhere = await newHub({ eve: 7 });
    const [own = '', attached = '', removed = ''] = await uploadIds(alice, 3);
    const [bobs = ''] = await uploadIds(bob, 1);
    const [theirs = ''] = await uploadIds(elsewhere.members.eve, 1);
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, attachment: [attached] });
    await alice.chat.upload_remove({ nid: removed });
    for (const nid of [
      bobs,
      attached,
      removed,
      theirs,
      id,
      'nothing',
      '',
      '\u0000',
      `${own} `,
      '😀',
    ])
      await refused(alice.chat.upload_remove({ nid }), 'INVALID_ATTACHMENT');
    for (const other of [bob, admin])
      await refused(other.chat.upload_remove({ nid: own }), 'INVALID_ATTACHMENT');
    expect((await fetchFile(bob, attached)).text).to.equal('file 1');
    await bob.chat.upload_remove({ nid: bobs });
    await elsewhere.members.eve.chat.upload_remove({ nid: theirs });
    expect((await alice.chat.upload_remove({ nid: own })).deleted).to.equal(1);
  });

  it('does not remove the file of a forwarded or deleted message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const [nid = ''] = await uploadIds(alice, 1);
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, attachment: [nid] });
    await bob.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    await refused(bob.chat.upload_remove({ nid }), 'INVALID_ATTACHMENT');
    await alice.chat.delete({ option: 'all', messages: [id] });
    await refused(alice.chat.upload_remove({ nid }), 'INVALID_ATTACHMENT');
    expect((await fetchFile(carol, nid)).text).to.equal('file 0');
  });

  it('removes once when called many times at once', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const [nid = ''] = await uploadIds(alice, 1);
    const calls = await Promise.allSettled(
      [1, 2, 3, 4].map(() => alice.chat.upload_remove({ nid })),
    );
    const refusals = calls.flatMap((call) =>
      call.status === 'rejected' ? [call.reason.code] : [],
    );
    expect(refusals).to.deep.equal([
      'INVALID_ATTACHMENT',
      'INVALID_ATTACHMENT',
      'INVALID_ATTACHMENT',
    ]);
  });

  it('requires the right to write, POST, and a nid', async () => {
    const { members, operator } = await newHub({ alice: 7 });
    const { alice } = members;
    const [nid = ''] = await uploadIds(alice, 1);
    await refusedInputs(alice, 'chat.upload_remove', [
      ['nid', {}],
      ['nid', { nid: 7 }],
      ['nid', { nid: [nid] }],
      ['nid', { nid: null }],
    ]);
    const query = `?nid=${nid}`;
    const byGet = await raw('chat.upload_remove', {
      token: alice.token,
      hubId: alice.hubId,
      verb: 'GET',
      query,
    });
    expect(byGet.body.error).to.equal('METHOD_NOT_ALLOWED');
    await operator.hub.set_privilege({ user_id: alice.id, privilege: 3 });
    await refused(alice.chat.upload_remove({ nid }), 'PERMISSION_DENIED');
    await operator.hub.set_privilege({ user_id: alice.id, privilege: 7 });
    expect((await alice.chat.upload_remove({ nid })).nid).to.equal(nid);
  });
});
