import { HttpConnection } from '../../clients/http.ts';
import type { Bench, Contest } from '../../contest.ts';
import { sampleLoop } from '../../measure/sample.ts';
import { forEach } from '../../seed.ts';
import type { Hubchat } from '../../sides/hubchat.ts';

const callers = 8;
const password = 'correct horse battery staple';
const emailOf = (n: number): string => `user-${n}@login.bench.example`;

const seedUsers = (service: Hubchat) =>
  forEach(callers, (n) =>
    service.call('user.create', { firstname: `User ${n}`, email: emailOf(n), password }),
  );

async function measureLogins({ options, database }: Bench, { pid, port }: Hubchat) {
  const connections = await forEach(callers, () => HttpConnection.open(port));
  const work = async (caller: number): Promise<number> => {
    const start = performance.now();
    const body = JSON.stringify({ email: emailOf(caller), password });
    await connections[caller]?.post('/-/svc/session.login', '', body);
    return performance.now() - start;
  };
  try {
    return await sampleLoop(
      { ...options, callers, work },
      { service: pid, database: database.pid },
    );
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Log-ins by password, nearly all of which is the hash (argon2id). */
export async function loginPart(bench: Bench): Promise<Contest[]> {
  for (const service of bench.services) await seedUsers(service);
  const sides = bench.services.map((service) => ({
    name: service.name,
    measure: () => measureLogins(bench, service),
  }));
  return [{ title: `login, ${callers} callers`, unit: 'logins/s', sides }];
}
