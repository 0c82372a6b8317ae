import { operatorToken, ownSchema } from '../../support/app.ts';
import { serveModule } from '../../support/browser.ts';
import type { BrowserName } from '../../support/browsers.ts';
import { clientOf } from '../../support/caller.ts';
import { type Network, openNetwork } from '../../support/network.ts';
import { openProfile, type Profile } from '../../support/profile.ts';
import { type Service, serviceOn } from '../../support/service.ts';
import { newHub, type Person } from '../faults/bench.ts';
import { type Backend, openBackend } from './backend.ts';
import { Tabs } from './tabs.ts';

/** A service that is killed and started again on its database, each time at another port. */
export interface Stage extends AsyncDisposable {
  readonly service: Service;
  /** Its address, also while it is dead. */
  readonly url: string;
  /** Starts it unless it runs. */
  start(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const schema = await ownSchema();
  const service = await serviceOn(schema.address);
  let url = '';
  async function start(): Promise<void> {
    await service.start();
    url = service.url;
  }
  await start();
  return {
    service,
    get url() {
      return url;
    },
    start,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}

/** One of the member's conversations. */
export interface Talk {
  id: string;
  /** Another member posts to it. */
  post(text: string): Promise<unknown>;
}

/** A member with a browser, and a network and a service that fail them. */
export interface World extends AsyncDisposable {
  stage: Stage;
  /** The member, by a session that the page does not use. */
  alice: Person;
  talks: readonly Talk[];
  network: Network;
  backend: Backend;
  profile: Profile;
  tabs: Tabs;
  /** Repairs all that was broken. */
  mend(): Promise<void>;
}

export async function openWorld(stage: Stage, name: BrowserName, code: string): Promise<World> {
  const { alice, bob, carl } = await newHub(stage, 'alice', 'bob', 'carl');
  const { hubId, id: userId } = alice;
  const { entity_id: room } = await clientOf(alice.token, hubId, stage.url).room.create({
    name: 'Room',
    user_ids: [bob.id, carl.id],
  });
  const postTo = (entityId: string, by: Person) => (text: string) =>
    by.chat.post({ entity_id: entityId, message: text });
  const talks = [
    { id: bob.id, post: postTo(userId, bob) },
    { id: carl.id, post: postTo(userId, carl) },
    { id: room, post: postTo(room, carl) },
  ];
  const network = await openNetwork(() => stage.url);
  const backend = await openBackend(() => stage.url, userId);
  const PEERS = talks.map(({ id }) => id).join();
  const env = { URL: network.url, HUB: hubId, USER: userId, PEERS, CLOCK: '0' };
  const site = await serveModule(() => code, env, backend.token);
  await clientOf(operatorToken, hubId, stage.url).hub.update({ origins: [site.origin] });
  const profile = await openProfile(name);
  const tabs = new Tabs(profile, site.origin, env);

  async function mend(): Promise<void> {
    await stage.start();
    await backend.renew();
    network.mend();
  }

  return {
    ...{ stage, alice, talks, network, backend, profile, tabs, mend },
    async [Symbol.asyncDispose]() {
      await profile[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      await stage.start();
    },
  };
}
