import { expect } from 'chai';
import { type FilledHub, fillHub } from '../../bench/large/fill/fill.ts';
import { large, scaled, small } from '../../bench/large/fill/shape.ts';
import { recount } from '../../scripts/recount.ts';
import { app } from '../support/app.ts';
import { type Member, memberOf } from '../support/hub.ts';

// More members than a call may name, so that the wide room gets them in several events.
const shape = { ...scaled(large, 0.002), members: 1_200, wideMessages: 40 };

describe('A hub that is filled by SQL', () => {
  let hub: FilledHub;
  before(async () => {
    hub = await fillHub(app().pool, { name: 'filled', shape, lastMs: Date.now() });
  });

  const memberFor = (userId: string): Promise<Member> => memberOf(app(), userId, hub.hubId);

  async function eventsOf(member: Member) {
    const events: Awaited<ReturnType<Member['chat']['sync']>>['events'] = [];
    for (let since = 0; ; ) {
      const page = await member.chat.sync({ since, limit: 1000 });
      events.push(...page.events);
      since = page.seq;
      if (!page.more) return events;
    }
  }

  it('has the numbers that counting gives', async () => {
    const lines: string[] = [];
    await recount(app().pool, { hub: hub.hubId, fix: false }, (line) => void lines.push(line));
    expect(lines).to.deep.equal([`1 hubs, ${shape.rooms} rooms: drift 0`]);
  });

  it('has streams without gaps, and an event for each number', async () => {
    const all = await eventsOf(await memberFor(hub.heavyId));
    const last = new Map<string, number>();
    for (const { stream, seq, prev } of all) {
      expect(prev).to.equal(last.get(stream) ?? 0);
      last.set(stream, seq);
    }
    const [rows] = await app().pool.query(
      `SELECT COUNT(*) AS count, MAX(seq) AS last FROM (
         SELECT seq FROM events WHERE hub_id = ? UNION SELECT seq FROM messages WHERE hub_id = ?
       ) numbers`,
      [hub.hubId, hub.hubId],
    );
    expect(rows).to.deep.equal([{ count: hub.seq, last: hub.seq }]);
  });

  it('goes on from where the filling ended', async () => {
    const member = await memberFor(hub.readerId);
    const [before] = await member.chat.messages({ entity_id: hub.longRoomId, mark_read: 0 });
    const posted = await member.chat.post({ entity_id: hub.longRoomId, message: 'Next' });
    expect(posted.seq).to.equal(hub.seq + 1);
    expect(posted.ordinal).to.equal((before?.ordinal ?? 0) + 1);
    const events = await member.chat.sync({ since: hub.seq });
    expect(events.events[0]?.prev).to.equal(hub.seq);
  });

  it('knows the keys under which its messages were posted', async () => {
    const member = await memberFor(hub.quietId);
    const [, , one] = await member.chat.messages({ entity_id: hub.quietRoomId, mark_read: 0 });
    const author = await memberFor(one?.author_id ?? '');
    const [rows] = await app().pool.query(
      'SELECT echo_id AS echoId FROM messages WHERE hub_id = ? AND id = ?',
      [hub.hubId, one?.message_id],
    );
    const echoId = (rows as { echoId: string }[])[0]?.echoId ?? '';
    const again = { entity_id: hub.quietRoomId, message: one?.message ?? '', echoId };
    expect((await author.chat.post(again)).message_id).to.equal(one?.message_id);
  });

  it('holds the rooms and members that matter', async () => {
    const rooms = await (await memberFor(hub.quietId)).chat.chat_rooms({});
    expect(rooms.map((room) => room.entity_id)).to.deep.equal([hub.quietRoomId]);
    const wide = await (await memberFor(hub.ordinaryId)).room.info({ entity_id: hub.wideRoomId });
    expect(wide.member_count).to.equal(shape.members);
    const [message] = await (await memberFor(hub.readerId)).chat.get({
      message_ids: [hub.longMessageId(7)],
    });
    expect(message?.ordinal).to.equal(7);
    const [rows] = await app().pool.query(
      'SELECT COUNT(*) AS count FROM participants WHERE hub_id = ? AND user_id = ?',
      [hub.hubId, hub.heavyId],
    );
    expect(rows).to.deep.equal([{ count: shape.heavyRooms }]);
  });

  it('fits beside another one in the same database', async () => {
    const other = { name: 'beside', shape: scaled(small, 0.5), lastMs: Date.now() };
    const beside = await fillHub(app().pool, other);
    expect(await recount(app().pool, { hub: beside.hubId, fix: false }, () => {})).to.equal(0);
  });
});
