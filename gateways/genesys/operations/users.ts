import type { z } from 'zod';
import type { Member } from '../../../acl/entities.ts';
import { Fault } from '../errors.ts';
import { userIdOf, userJid } from '../ids.ts';
import { userRef } from '../models.ts';
import { type Asked, found, type Operation, operation } from '../operation.ts';
import { readCount } from '../wire/query.ts';

const defaultPage = 25;
const largestPage = 500;
/** As many as hub.members takes by id. */
const mostFilters = 100;

/** A user as far as we know one. */
const presentUser = (id: string, name: string, { hubId }: Pick<Asked, 'hubId'>) => ({
  id,
  name,
  chat: { jabberId: userJid(hubId, id) },
  state: 'active',
  version: 1,
  selfUri: userRef(id).selfUri,
});
const presentMember = (
  { user_id: id, surname }: z.infer<typeof Member>,
  asked: Pick<Asked, 'hubId'>,
) => presentUser(id, surname, asked);

const listOf = (query: URLSearchParams, name: string): string[] =>
  query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');

/** What the operations on chats are of no use without. */
export const userOperations: Operation[] = [
  operation({
    name: 'getTokensMe',
    verb: 'GET',
    path: '/tokens/me',
    grants: 'any',
    methods: ['hub.info'],
    async answer(asked) {
      const { hub_id: id, name } = await asked.call('hub.info', {});
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
    async answer(asked) {
      await asked.call('session.logout', {});
    },
  }),

  operation({
    name: 'getUsersMe',
    verb: 'GET',
    path: '/users/me',
    grants: 'any',
    methods: ['session.whoami'],
    async answer(asked) {
      const { user, hubs } = await asked.call('session.whoami', {});
      const here = hubs.find((hub) => hub.hub_id === asked.hubId);
      if (!here) throw new Fault('not.authorized');
      const isExpanded = listOf(asked.query, 'expand').includes('authorization');
      return {
        ...presentUser(user.id, user.surname, asked),
        ...(user.email === null ? {} : { email: user.email }),
        ...(isExpanded ? { authorization: { permissions: here.grants } } : {}),
      };
    },
  }),

  operation({
    name: 'getUsers',
    verb: 'GET',
    path: '/users',
    grants: 'any',
    methods: ['hub.members', 'hub.info'],
    async answer(asked) {
      const { query } = asked;
      const isFiltered = query.has('id') || query.has('jabberId');
      const { members, total } = await (isFiltered ? listNamed(asked) : listAll(asked));
      const { pageSize, pageNumber } = pageOf(query);
      return {
        entities: members.map((member) => presentMember(member, asked)),
        pageSize,
        pageNumber,
        total,
        pageCount: Math.ceil(total / pageSize),
      };
    },
  }),

  operation({
    name: 'getUser',
    verb: 'GET',
    path: '/users/:userId',
    grants: 'any',
    methods: ['hub.members'],
    async answer(asked) {
      const [member] = await asked.call('hub.members', () => ({ user_ids: [asked.otherId] }));
      return presentMember(found(member), asked);
    },
  }),
];

type Page = { members: z.infer<typeof Member>[]; total: number };

const pageOf = (query: URLSearchParams) => ({
  pageSize: Math.min(readCount(query, 'pageSize') ?? defaultPage, largestPage),
  pageNumber: readCount(query, 'pageNumber', 1_000_000) ?? 1,
});

async function listNamed(asked: Asked<'hub.members'>): Promise<Page> {
  const members = await asked.call('hub.members', () => {
    const names = [...listOf(asked.query, 'id'), ...listOf(asked.query, 'jabberId')];
    if (names.length > mostFilters)
      throw new Fault('bad.request', { note: `More than ${mostFilters} users.` });
    const ids = names.map((name) => userIdOf(name, asked.hubId)).filter((id) => id !== undefined);
    // None of the names can be a user’s: then none is asked for, and the call still tells who may ask.
    return { user_ids: ids.length > 0 ? [...new Set(ids)] : ['none'], limit: mostFilters };
  });
  const { pageSize, pageNumber } = pageOf(asked.query);
  const first = (pageNumber - 1) * pageSize;
  return { members: members.slice(first, first + pageSize), total: members.length };
}

async function listAll(asked: Asked<'hub.members' | 'hub.info'>): Promise<Page> {
  const members = await asked.call('hub.members', () => {
    const { pageSize: limit, pageNumber: page } = pageOf(asked.query);
    return { limit, page };
  });
  const { member_count: total } = await asked.call('hub.info', {});
  return { members, total };
}
