import type { Mutation } from './bundle.ts';
import type { FaultName } from './faults.ts';

/** Clients that the proof must not pass, each with the faults that show it. */
export const mutations: readonly (Mutation & { names: FaultName[] })[] = [
  {
    title: 'forgets a message once it is on its way',
    file: 'outbox/send-item.ts',
    from: "const posted = await call('chat.post'",
    to: "await ledger.remove([item.id]);\n    const posted = await call('chat.post'",
    names: ['lost replies', 'reload'],
  },
  {
    title: 'forgets a message at the reply, before its event',
    file: 'outbox/send-item.ts',
    from: '// Also if another tab has taken it meanwhile.',
    to: 'await ledger.remove([item.id]);',
    names: ['lost replies', 'reload', 'tab opened'],
  },
  {
    title: 'sends a message under another key when it tries again',
    file: 'outbox/send-item.ts',
    from: 'echoId: item.id,',
    to: 'echoId: item.id + Math.random(),',
    names: ['lost replies'],
  },
];
