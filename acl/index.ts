import type { z } from 'zod';
import type { EventName, SignalName } from './events.ts';
import type { DomainError, GeneralError } from './language/errors.ts';
import type { MethodSpec } from './language/method.ts';
import { channel } from './methods/channel.ts';
import { chat } from './methods/chat/index.ts';
import { contact } from './methods/contact.ts';
import { hub } from './methods/hub.ts';
import { key } from './methods/key.ts';
import { messaging } from './methods/messaging.ts';
import { room } from './methods/room.ts';
import { session } from './methods/session.ts';
import { setting } from './methods/setting.ts';
import { tag } from './methods/tag.ts';
import { user } from './methods/user.ts';

/** The contract: every method of every module. */
export const contract = {
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
} as const satisfies Record<string, Record<string, MethodSpec>>;

export type Contract = typeof contract;
export type MethodName = {
  [M in keyof Contract]: `${M}.${keyof Contract[M] & string}`;
}[keyof Contract];

export type Spec<N extends MethodName> = N extends `${infer M extends keyof Contract}.${infer V}`
  ? V extends keyof Contract[M]
    ? Contract[M][V] extends MethodSpec
      ? Contract[M][V]
      : never
    : never
  : never;
/** The parameters as a client sends them. */
export type Params<S extends MethodSpec> = z.input<S['input']>;
/** The parameters as a handler receives them: parsed, with defaults. */
export type Input<S extends MethodSpec> = z.output<S['input']>;
export type Output<S extends MethodSpec> = z.output<S['output']>;
/** The error codes that the method may return. */
export type Failure<S extends MethodSpec> = S['errors'][number] | GeneralError;
export type Emits<S extends MethodSpec> = S['events'][number];
export type Signals<S extends MethodSpec> = S extends {
  signals: readonly (infer N extends SignalName)[];
}
  ? N
  : never;

/** Every method by its full name. A Map, so that no name reaches a prototype. */
export const methods: ReadonlyMap<string, MethodSpec> = new Map(
  Object.entries(contract).flatMap(([module, specs]) =>
    Object.entries<MethodSpec>(specs).map(([verb, spec]) => [`${module}.${verb}`, spec] as const),
  ),
);

export type { DomainError, EventName, GeneralError, MethodSpec };
