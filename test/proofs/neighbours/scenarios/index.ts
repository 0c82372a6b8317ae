import type { Scenario } from '../scenario.ts';
import { deepPages } from './deep-pages.ts';
import { forwards } from './forwards.ts';
import { logins } from './logins.ts';
import { pictures } from './pictures.ts';
import { searches } from './searches.ts';
import { slowReaders } from './slow-readers.ts';
import { anonymousBodies, connectFloods, frameFloods, tokenGuesses } from './unknown-callers.ts';

export const scenarios: readonly Scenario[] = [
  ...[searches, deepPages, forwards, logins, pictures],
  ...[connectFloods, frameFloods, anonymousBodies, tokenGuesses, slowReaders],
];
