import type { z } from 'zod';
import type { Member } from '../../../acl/entities/member.ts';
import { Refusal } from '../errors.ts';
import { userIdOf, userJid } from '../ids.ts';
import { userRef } from '../models.ts';
import { type Context, found, type Operation, operation } from '../operation.ts';
import { readList, readPageNumber } from '../wire/query.ts';

const pageSizes = { defaultSize: 25, maxSize: 500 };
/** Ids that hub.members accepts at most. */
const maxIds = 100;

/** Presents the properties of a user that this service knows. */
const presentUser = (id: string, name: string, { hubId }: Pick<Context, 'hubId'>) => ({
  id,
  name,
  chat: { jabberId: userJid(hubId, id) },
  state: 'active',
  version: 1,
  selfUri: userRef(id).selfUri,
});
const presentMember = (
  { user_id: id, surname }: z.infer<typeof Member>,
  context: Pick<Context, 'hubId'>,
) => presentUser(id, surname, context);

/** Operations outside the ChatApi without which its clients cannot work. */
export const userOperations: Operation[] = [
  operation({
    name: 'getTokensMe',
    verb: 'GET',
    path: '/tokens/me',
    grants: 'any',
    methods: ['hub.info'],
    async run(context) {
      const { hub_id: id, name } = await context.call('hub.info', {});
      const organization = { id, name };
      return {
        organization,
        homeOrganization: organization,
        authorizedScope: [],
        OAuthClient: { organization },
      };
    },
  }),

  operation({
    name: 'deleteTokensMe',
    verb: 'DELETE',
    path: '/tokens/me',
    grants: 'any',
    methods: ['session.logout'],
    async run(context) {
      await context.call('session.logout', {});
    },
  }),

  operation({
    name: 'getUsersMe',
    verb: 'GET',
    path: '/users/me',
    grants: 'any',
    methods: ['session.whoami'],
    async run(context) {
      const { user, hubs } = await context.call('session.whoami', {});
      const membership = hubs.find((hub) => hub.hub_id === context.hubId);
      if (!membership) throw new Refusal('not.authorized');
      const isExpanded = readList(context.query, 'expand').includes('authorization');
      return {
        ...presentUser(user.id, user.surname, context),
        email: user.email ?? undefined,
        authorization: isExpanded ? { permissions: membership.grants } : undefined,
      };
    },
  }),

  operation({
    name: 'getUsers',
    verb: 'GET',
    path: '/users',
    grants: 'any',
    methods: ['hub.members', 'hub.info'],
    async run(context) {
      const { query } = context;
      const page = readPageNumber(query, pageSizes);
      const isNamed = query.has('id') || query.has('jabberId');
      const { members, total } = await (isNamed
        ? listNamed(context, page)
        : listAll(context, page));
      return {
        entities: members.map((member) => presentMember(member, context)),
        ...page,
        total,
        pageCount: Math.ceil(total / page.pageSize),
      };
    },
  }),

  operation({
    name: 'getUser',
    verb: 'GET',
    path: '/users/:userId',
    grants: 'any',
    methods: ['hub.members'],
    async run(context) {
      const [member] = await context.call('hub.members', () => ({
        user_ids: [context.pathUserId],
      }));
      return presentMember(found(member), context);
    },
  }),
];

type Page = ReturnType<typeof readPageNumber>;

/** Lists the members whom the query names by id or JID; names of nobody are left out. */
async function listNamed(context: Context<'hub.members'>, { pageSize, pageNumber }: Page) {
  const members = await context.call('hub.members', () => {
    const names = [...readList(context.query, 'id'), ...readList(context.query, 'jabberId')];
    if (names.length > maxIds)
      throw new Refusal('bad.request', { note: `More than ${maxIds} users.` });
    // What is no user's JID is passed on: to hub.members it is an id that does not exist.
    const ids = names.map((name) => userIdOf(name, context.hubId) ?? name);
    return { user_ids: ids.length > 0 ? [...new Set(ids)] : [''], limit: maxIds };
  });
  const first = (pageNumber - 1) * pageSize;
  return { members: members.slice(first, first + pageSize), total: members.length };
}

async function listAll(
  context: Context<'hub.members' | 'hub.info'>,
  { pageSize, pageNumber }: Page,
) {
  const members = await context.call('hub.members', { limit: pageSize, page: pageNumber });
  const { member_count: total } = await context.call('hub.info', {});
  return { members, total };
}
