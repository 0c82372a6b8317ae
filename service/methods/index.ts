import { type Contract, contract } from '../../acl/index.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import type { Handlers, Registered, Registry } from '../core/call.ts';
import { channel } from './channel/index.ts';
import { chat } from './chat/index.ts';
import { contact } from './contact.ts';
import { hub } from './hub.ts';
import { key } from './key.ts';
import { messaging } from './messaging/index.ts';
import { room } from './room/index.ts';
import { session } from './session/index.ts';
import { setting } from './setting.ts';
import { tag } from './tag.ts';
import { user } from './user/index.ts';

/** A handler for every declared method, and for no other: otherwise this does not compile. */
const handlers: { [M in keyof Contract]: Handlers<M> } = {
  channel,
  chat,
  contact,
  hub,
  key,
  messaging,
  room,
  session,
  setting,
  tag,
  user,
};

const handlersByName: Record<string, Record<string, Registered['handler']>> = handlers;

export const registry: Registry = new Map(
  Object.entries(contract).flatMap(([module, specs]) =>
    Object.entries<MethodSpec>(specs).map(([verb, spec]) => {
      const handler = handlersByName[module]?.[verb];
      if (!handler) throw new Error(`${module}.${verb} has no handler`);
      const name = `${module}.${verb}`;
      return [name, { name, spec, handler }];
    }),
  ),
);
