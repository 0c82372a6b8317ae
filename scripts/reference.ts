import { clientContract } from '../service/docs/client-contract.ts';
import { reference } from '../service/docs/reference.ts';
import { writeGenerated, writePage } from './page.ts';

await writePage('reference', reference());
await writeGenerated('client/contract.ts', clientContract(), 'reference');
