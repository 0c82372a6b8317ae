import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { events } from '../../acl/events.ts';
import { methods } from '../../acl/index.ts';
import { type ErrorCode, errors, generalErrors } from '../../acl/language/errors.ts';
import { bits } from '../../acl/language/permission.ts';
import { paths as routes } from '../../acl/paths.ts';
import { openApi } from '../../service/docs/openapi.ts';
import { reference } from '../../service/docs/reference.ts';

/**
 * The reference of the modelled system: bit, parameters with their defaults (undefined: required)
 * and documented errors.
 */
const original: Record<
  string,
  [bit: number, parameters: Record<string, unknown>, errors: ErrorCode[]]
> = {
  'chat.acknowledge': [4, { message_id: undefined }, []],
  'chat.chat_rooms': [4, { tag_id: '', page: 1, key: '', flag: '', option: 'active' }, []],
  'chat.chat_room_info': [4, { key: undefined }, []],
  'chat.change_status': [4, { entity_id: undefined, status: undefined }, ['INVALID_STATUS0']],
  'chat.contact_rooms': [4, { tag_id: '', page: 1, key: '' }, []],
  'chat.count_all': [4, {}, []],
  'chat.delete': [
    4,
    { option: undefined, messages: undefined },
    ['INVALID_OPTION', 'INVALID_MESSAGES'],
  ],
  'chat.forward': [4, { entities: undefined, nodes: undefined }, []],
  'chat.messages': [4, { entity_id: undefined, page: 1 }, []],
  'chat.post': [
    4,
    { entity_id: undefined, message: '' },
    ['INVALID_CONTACT', 'INVALID_ATTACHMENT', 'INVALID_THREAD'],
  ],
  'chat.share_rooms': [4, { page: 1, key: '' }, []],
  'chat.tag_chat_count': [4, { tag_id: undefined }, []],
  'chat.to_read': [4, { entity_id: undefined }, ['INVALID_CONTACT']],
};

describe('The contract', () => {
  it('has a description of every method, in sentences', () => {
    for (const [name, { doc }] of methods) expect(doc, name).to.match(/^[A-Z].{8,}\.$/s);
  });

  it('has the bits, parameters and errors of the reference system', () => {
    for (const [name, [bit, parameters, codes]] of Object.entries(original)) {
      const spec = methods.get(name) ?? expect.fail(`${name} is not declared`);
      const permission = Object.entries(bits).find(([, value]) => value === bit)?.[0];
      expect(spec.by, name).to.include({ member: permission });
      expect(spec.errors, name).to.include.members(codes);
      for (const [parameter, fallback] of Object.entries(parameters)) {
        const schema = spec.input.shape[parameter] ?? expect.fail(`${name} has no ${parameter}`);
        const absent = schema.safeParse(undefined);
        expect(absent.success ? absent.data : undefined, `${name} ${parameter}`).to.equal(fallback);
      }
    }
  });

  it('lets other parameters of chat.* pass, and refuses those of all else', () => {
    for (const [name, { input }] of methods) {
      const refusal = input.safeParse({ nothing_of_ours: 1 }).error?.issues ?? [];
      const isRefused = refusal.some((issue) => issue.code === 'unrecognized_keys');
      expect(isRefused, name).to.equal(!name.startsWith('chat.'));
    }
  });

  it('has every event caused by a method that is declared, and named after one', () => {
    const caused = new Set([...methods.values()].flatMap((spec) => spec.events));
    /** Of what time does too. */
    const ofItself = ['room.purge'];
    for (const name of Object.keys(events)) {
      expect(caused.has(name as keyof typeof events), name).to.equal(true);
      expect(methods.has(name), name).to.equal(!ofItself.includes(name));
    }
  });

  it('has every error used, and none declared that any method may answer', () => {
    const used = new Set<ErrorCode>([
      ...generalErrors,
      ...[...methods.values(), ...Object.values(routes)].flatMap((spec) => spec.errors),
    ]);
    const unused = (Object.keys(errors) as ErrorCode[]).filter((code) => !used.has(code));
    expect(unused).to.deep.equal([]);
    const general = new Set<ErrorCode>(generalErrors);
    for (const [name, spec] of methods)
      expect(
        spec.errors.filter((code) => general.has(code)),
        name,
      ).to.deep.equal([]);
  });

  it('allows GET for reading methods only', () => {
    const safe = [
      'list|info|members|participants?|whoami|pins|get|get_user|thread|search|sync|attachment',
      'messages|to_read|\\w+_rooms|chat_room_info|count_all|tag_chat_count|get_id|get_message',
      'files|file_urls|recent|boxes|counts|page|page_offset',
      'sys_bulk|sys_get|sys_page|sys_page_offset',
    ];
    const safeNames = new RegExp(`\\.(${safe.join('|')})$`);
    for (const [name, spec] of methods) expect(spec.safe, name).to.equal(safeNames.test(name));
  });

  it('is what openapi.json says', () => {
    const { paths } = openApi() as {
      paths: Record<string, Record<string, { summary: string; 'x-by': unknown }>>;
    };
    expect(Object.keys(paths)).to.have.members([
      ...[...methods.keys()].map((name) => `/-/svc/${name}`),
      ...Object.keys(routes),
    ]);
    for (const [name, spec] of methods) {
      const path = paths[`/-/svc/${name}`] ?? {};
      expect(Object.keys(path), name).to.have.members(spec.safe ? ['get', 'post'] : ['post']);
      expect(path.post).to.include({ summary: spec.doc, 'x-by': spec.by });
    }
    expect(() => JSON.stringify(openApi())).to.not.throw();
  });

  it('is what docs/reference.md says (npm run reference writes it)', async () => {
    const page = await readFile(new URL('../../docs/reference.md', import.meta.url), 'utf8');
    expect(page === reference(), 'docs/reference.md is out of date').to.equal(true);
    for (const name of methods.keys()) expect(page).to.contain(`### ${name}\n`);
  });
});
