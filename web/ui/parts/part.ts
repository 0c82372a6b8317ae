import { type ComponentType, lazy } from 'react';

/** A part of the page could not be loaded: there is no connection, or the page was updated. */
export class Unloaded extends Error {
  override readonly name = 'Unloaded';
}

/** A component that is loaded when it is first shown. Needs a Boundary around it. */
export const part = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazy(async () => {
    try {
      return { default: await load() };
    } catch (cause) {
      throw new Unloaded('A part of the page could not be loaded.', { cause });
    }
  });
