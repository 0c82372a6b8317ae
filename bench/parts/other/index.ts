import type { Bench, Contest, Part } from '../../contest.ts';
import { distantPart } from './distant.ts';
import { genesysPart } from './genesys.ts';
import { hubsPart } from './hubs.ts';
import { idlePart } from './idle.ts';
import { loginPart } from './login.ts';
import { syncPart } from './sync.ts';
import { uploadPart } from './upload.ts';

const parts: readonly Part[] = [
  hubsPart,
  distantPart,
  genesysPart,
  syncPart,
  idlePart,
  uploadPart,
  loginPart,
];

/** What is stated without a bar to reach. */
export async function otherPart(bench: Bench): Promise<Contest[]> {
  const contests: Contest[] = [];
  for (const part of parts) contests.push(...(await part(bench)));
  return contests;
}
