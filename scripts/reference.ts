import { reference } from '../service/docs/reference.ts';
import { writePage } from './page.ts';

await writePage('reference', reference());
