import { expect } from 'chai';
import { useChats } from '../support/chats.ts';
import { type Member, newHub, refused } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

const fileOf = (text: string) => {
  const blob = new Blob([text], { type: 'text/plain' });
  return { name: 'a.txt', size: blob.size, type: blob.type, blob };
};

describe('A draft', () => {
  const chats = useChats();
  let alice: Member;
  let bob: Member;
  beforeEach(async () => {
    ({ alice, bob } = (await newHub({ alice: 7, bob: 7 })).members);
  });

  it('survives a reload as a whole, with its files', async () => {
    const chat = await chats.open(alice);
    const written = { text: 'Hello @bob', replyTo: '0123456789abcdef', mentionIds: [bob.id] };
    const noted = [fileOf('a note')];
    await chat.draft(bob.id).set({ ...written, text: 'Hello', files: noted });
    await chat.draft(bob.id).set({ ...written, files: noted });
    await chat.close();
    const again = await chats.open(alice);
    const { files, ...text } = again.draft(bob.id).view.getSnapshot() ?? {};
    expect(text).to.deep.equal(written);
    expect(files?.[0]).to.include({ name: 'a.txt', size: 6, type: 'text/plain' });
    expect(await files?.[0]?.blob.text()).to.equal('a note');
    expect([...again.drafts.getSnapshot()]).to.deep.equal([bob.id]);
  });

  it('does not write its files again while the user types', async () => {
    const chat = await chats.open(alice);
    const files = [fileOf('a note')];
    await chat.draft(bob.id).set({ text: '', files });
    const { put } = IDBObjectStore.prototype;
    const kinds: unknown[] = [];
    IDBObjectStore.prototype.put = function (value, key) {
      kinds.push([key].flat()[1]);
      return put.call(this, value, key);
    };
    for (const text of ['H', 'He', 'Hello']) await chat.draft(bob.id).set({ text, files });
    expect(kinds).to.deep.equal(['draft', 'draft', 'draft']);
  });

  it('is shown in other tabs, and ends there too', async () => {
    const [chat, tab] = [await chats.open(alice), await chats.open(alice)];
    const shown = () => tab.draft(bob.id).view.getSnapshot();
    const conversations = () => [...tab.drafts.getSnapshot()];
    void chat.draft(bob.id).set({ text: 'Hel' });
    void chat.draft(bob.id).set({ text: 'Hello' });
    await eventually(() => shown()?.text === 'Hello');
    expect(conversations()).to.deep.equal([bob.id]);
    await chat.draft(bob.id).set({ text: '' });
    await eventually(() => shown() === undefined);
    expect(conversations()).to.deep.equal([]);
    expect(chat.draft(bob.id).view.getSnapshot()).to.equal(undefined);
  });

  it('of a reply or a file alone is one', async () => {
    const chat = await chats.open(alice);
    const { view, set } = chat.draft(bob.id);
    await set({ text: '', replyTo: '0123456789abcdef' });
    expect(view.getSnapshot()?.replyTo).to.equal('0123456789abcdef');
    await set({ text: '', files: [fileOf('x')] });
    expect(view.getSnapshot()?.files).to.have.length(1);
    await set({ text: '', files: [] });
    expect(view.getSnapshot()).to.equal(undefined);
  });

  it('is of one user, and removed at log-out in every tab', async () => {
    const [chat, tab] = [await chats.openLive(alice), await chats.openLive(alice)];
    await chat.draft(bob.id).set({ text: 'mine', files: [fileOf('x')] });
    await eventually(() => tab.drafts.getSnapshot().size === 1);
    expect((await chats.open(bob)).drafts.getSnapshot().size).to.equal(0);
    await chat.logout();
    expect(chat.drafts.getSnapshot().size).to.equal(0);
    await eventually(() => tab.drafts.getSnapshot().size === 0);
    await tab.draft(bob.id).set({ text: 'too late' });
    expect((await chats.open(alice)).drafts.getSnapshot().size).to.equal(0);
  });

  it('whose place the browser has removed does not keep the session from ending', async () => {
    const chat = await chats.openLive(alice);
    for (const name of ['hubchat-kept', 'hubchat-outbox']) indexedDB.deleteDatabase(name);
    await eventually(async () => (await indexedDB.databases()).length === 0);
    const failure = await chat.logout().catch((error: Error) => error);
    expect(failure).to.be.instanceOf(Error);
    await refused(alice.session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('that is sent stays until the outbox has it, and comes back if that refuses it', async () => {
    const chat = await chats.open(alice);
    const { view, set, leave } = chat.draft(bob.id);
    const kept = async () => (await chats.open(alice)).draft(bob.id).view.getSnapshot();
    await set({ text: 'a message', files: [fileOf('x')] });
    let refuse = (_: Error) => {};
    const sending = new Promise((_, reject) => {
      refuse = reject;
    });
    const left = leave(sending);
    expect(view.getSnapshot()).to.equal(undefined);
    expect(await kept()).to.include({ text: 'a message' });
    refuse(new Error('no space'));
    await left;
    expect(view.getSnapshot()).to.include({ text: 'a message' });
    await leave(Promise.resolve());
    expect([view.getSnapshot(), await kept()]).to.deep.equal([undefined, undefined]);
  });

  it('that was begun while another is sent stays, without the files of that', async () => {
    const chat = await chats.open(alice);
    const { set, leave } = chat.draft(bob.id);
    await set({ text: 'one', files: [fileOf('x')] });
    let accept = () => {};
    const sending = new Promise<void>((resolve) => {
      accept = resolve;
    });
    const left = leave(sending);
    await set({ text: 'two' });
    accept();
    await left;
    const again = (await chats.open(alice)).draft(bob.id).view.getSnapshot();
    expect(again).to.deep.equal({ text: 'two', files: undefined });
  });

  it('is written in the task that changes it', async () => {
    const chat = await chats.open(alice);
    const { commit } = IDBTransaction.prototype;
    let commits = 0;
    IDBTransaction.prototype.commit = function () {
      commits += 1;
      return commit.call(this);
    };
    try {
      void chat.draft(bob.id).set({ text: 'H' });
      expect(commits).to.equal(1);
    } finally {
      IDBTransaction.prototype.commit = commit;
    }
  });
});
