import { expect } from 'chai';
import { upload } from '../../support/files.ts';
import { newHub } from '../../support/hub.ts';
import { get } from './support.ts';

describe('The bytes of a file', () => {
  it('are returned in the requested range', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    const parts = [
      ['bytes=0-3', '0-3', 'abcd'],
      ['bytes=0-0', '0-0', 'a'],
      ['bytes=9-9', '9-9', 'j'],
      ['bytes=5-', '5-9', 'fghij'],
      ['bytes=-5', '5-9', 'fghij'],
      ['bytes=7-99999999999999999999', '7-9', 'hij'],
      // RFC 9110, 14.1.2: a suffix longer than the whole is the whole.
      ['bytes=-11', '0-9', 'abcdefghij'],
    ] as const;
    for (const [range, part, text] of parts) {
      const reply = await get(members.alice, nid, { range });
      expect([reply.status, reply.header('content-range'), reply.text], range).to.deep.equal([
        206,
        `bytes ${part}/10`,
        text,
      ]);
      expect(reply.header('content-length')).to.equal(String(text.length));
    }
  });

  it('are rejected with 416 when a range begins beyond their end', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-']) {
      const { status, header, text } = await get(members.alice, nid, { range });
      const { error } = JSON.parse(text) as { error: string };
      expect([status, header('content-range'), error], range).to.deep.equal([
        416,
        'bytes */10',
        'INVALID_RANGE',
      ]);
    }
    expect((await get(members.alice, nid, { range: 'bytes=9-20' })).text).to.equal('j');
  });

  it('are returned whole for several ranges, or one that is not understood', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    const several = ['bytes=0-1,4-5', 'bytes=-1,0-0'];
    for (const range of [
      ...several,
      'bytes',
      'bytes=',
      'bytes=a-b',
      '0-1',
      'items=0-1',
      'items=50-60',
      'bytes=--1',
    ]) {
      const { status, header, text } = await get(members.alice, nid, { range });
      expect([status, header('content-range'), text], range).to.deep.equal([
        200,
        null,
        'abcdefghij',
      ]);
    }
  });

  it('are returned in part only if If-Range matches their ETag', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    const etag = (await get(members.alice, nid)).header('etag') ?? '';
    const rest = await get(members.alice, nid, { range: 'bytes=8-', 'if-range': etag });
    expect([rest.status, rest.text]).to.deep.equal([206, 'ij']);
    for (const known of ['"other"', `W/${etag}`, new Date().toUTCString()]) {
      const { status, text } = await get(members.alice, nid, {
        range: 'bytes=8-',
        'if-range': known,
      });
      expect([status, text], known).to.deep.equal([200, 'abcdefghij']);
      expect(
        (await get(members.alice, nid, { range: 'bytes=10-', 'if-range': known })).status,
        known,
      ).to.equal(200);
    }
  });
});
