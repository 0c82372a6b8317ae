import { contract } from '../../acl/index.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import type { Applied, BatchedHandler, Call, Handlers, Prepared } from '../core/call.ts';
import { channel } from './channel/post.ts';
import { chat } from './chat/index.ts';
import { contact } from './contact.ts';
import { hub } from './hub.ts';
import { key } from './key.ts';
import { messaging } from './messaging/send.ts';
import { room } from './room/create.ts';
import { session } from './session/app_login.ts';
import { setting } from './setting.ts';
import { tag } from './tag.ts';
import { user } from './user.ts';

/** A handler for every declared method, and none beside: otherwise this does not compile. */
const handlers: { [M in keyof typeof contract]: Handlers<M> } = {
  ...{ channel, chat, contact, hub, key, messaging, room, session, setting, tag, user },
};

export type AnyCall = Call<MethodSpec>;
export type AnyApplied = Applied<MethodSpec>;
export type AnyPrepared = Prepared<MethodSpec, unknown>;
export type AnyBatched = BatchedHandler<MethodSpec, unknown>;

export interface Registered {
  name: string;
  spec: MethodSpec;
  handler: ((call: AnyCall) => Promise<unknown>) | AnyBatched;
}

// A cast, as in attempt.ts: here the typed halves meet, and the dispatcher, which serves all methods, sees none of their types.
export const registry: ReadonlyMap<string, Registered> = new Map(
  Object.entries(contract).flatMap(([module, specs]) =>
    Object.entries<MethodSpec>(specs).map(([verb, spec]) => {
      const handler = (
        handlers as unknown as Record<string, Record<string, Registered['handler']>>
      )[module]?.[verb];
      if (!handler) throw new Error(`${module}.${verb} has no handler`);
      const name = `${module}.${verb}`;
      return [name, { name, spec, handler }];
    }),
  ),
);
