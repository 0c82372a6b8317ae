import { v7 } from 'uuid';

/** A new id: opaque, unpredictable, in order of time. */
export const newId = (): string => v7();
