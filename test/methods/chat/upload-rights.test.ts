import { expect } from 'chai';
import type { Grant } from '../../../acl/language/permission.ts';
import { platform } from '../../support/caller.ts';
import {
  askToUpload,
  filePart,
  formOf,
  formType,
  headersOf,
  nothingKept,
  partialFiles,
  pngOf,
  rowsOf,
  type Sender,
  sendForm,
} from '../../support/files.ts';
import { type Member, newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { eventually } from '../../support/wait.ts';

describe('chat.upload', () => {
  describe('rights', () => {
    /** Callers without the right to upload here, each with its error code. */
    async function strangers(): Promise<{
      alice: Member;
      bad: [what: string, sender: Sender, code: string][];
    }> {
      const { members, id } = await newHub({ alice: 7, viewer: 3 });
      const { alice, viewer } = members;
      const elsewhere = await newHub({ eve: 63 });
      const narrow = async (...grants: Grant[]) => ({
        token: (await platform().session.issue({ user_id: alice.id, grants })).token,
        hubId: id,
      });
      const wide = await narrow('chat:roomMessage:add');
      expect((await sendForm(wide, formOf(filePart('x')))).status).to.equal(200);
      return {
        alice,
        bad: [
          ['no token', { hubId: id }, 'NOT_AUTHENTICATED'],
          ['a wrong token', { token: 'wrong', hubId: id }, 'NOT_AUTHENTICATED'],
          ['a viewer', { token: viewer.token, hubId: id }, 'PERMISSION_DENIED'],
          [
            'another hub’s member',
            { token: elsewhere.members.eve.token, hubId: id },
            'PERMISSION_DENIED',
          ],
          ['an unknown hub', { token: alice.token, hubId: elsewhere.id }, 'PERMISSION_DENIED'],
          [
            'narrow grants',
            await narrow('chat:room:view', 'chat:1on1Message:view'),
            'PERMISSION_DENIED',
          ],
        ],
      };
    }

    it('are enforced while the body is still being sent', async () => {
      const { alice, bad } = await strangers();
      for (const [what, sender, code] of bad) {
        const headers = { 'content-type': formType, ...headersOf(sender) };
        const { body } = await request('/-/svc/chat.upload', { headers, endless: true });
        expect(body.error, what).to.equal(code);
      }
      expect(await rowsOf(alice.hubId)).to.have.length(1);
      expect(await partialFiles()).to.deep.equal([]);
    });

    it('make the service send 100 Continue to permitted callers only', async () => {
      const { alice, bad } = await strangers();
      for (const [what, sender, code] of bad) {
        const { isAsked, answer } = await askToUpload(sender);
        expect([isAsked, (await answer).error], what).to.deep.equal([false, code]);
      }
      const { isAsked, sent: body, answer } = await askToUpload(alice);
      expect(isAsked).to.equal(true);
      body.end(formOf(filePart('x')));
      expect((await answer).status).to.equal(200);
    });

    it('are checked again after the body, and nothing is kept without them', async () => {
      for (const [code, lose] of [
        ['NOT_AUTHENTICATED', ({ alice }) => alice.session.logout()],
        [
          'PERMISSION_DENIED',
          ({ alice, operator }) => operator.hub.remove_member({ user_id: alice.id }),
        ],
        [
          'PERMISSION_DENIED',
          ({ alice, operator }) => operator.hub.set_privilege({ user_id: alice.id, privilege: 3 }),
        ],
      ] as [
        string,
        (hub: { alice: Member; operator: ReturnType<typeof platform> }) => Promise<unknown>,
      ][]) {
        const { members, operator, id } = await newHub({ alice: 7 });
        const { alice } = members;
        const { sent: body, answer } = await askToUpload(alice);
        const form = formOf(filePart(await pngOf(9, 9), 'a.png'), filePart('second'));
        body.write(form.subarray(0, form.length - 100));
        await eventually(async () => (await partialFiles()).length > 0);
        await lose({ alice, operator });
        body.end(form.subarray(form.length - 100));
        expect((await answer).error).to.equal(code);
        await nothingKept(id);
      }
    });
  });
});
