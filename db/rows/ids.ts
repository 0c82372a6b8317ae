import { v7 } from 'uuid';

/** Returns a new id; ids are unpredictable and rise with time. */
export const newId = (): string => v7();
