import type { Bench, Contest } from '../../contest.ts';
import { sampleCount } from '../../measure/sample.ts';
import { type Seeded, seedHub } from '../../seed.ts';
import type { Hubchat } from '../../sides/hubchat.ts';

const mebibytes = 25;
/** Few, because the bytes stay on the disk until the end. */
const uploads = 4;

async function upload({ port }: Hubchat, { hubId, users }: Seeded, file: Blob): Promise<void> {
  const form = new FormData();
  form.set('file', file, 'file.bin');
  const reply = await fetch(`http://127.0.0.1:${port}/-/svc/chat.upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${users[0]?.token}`, 'x-hub-id': hubId },
    body: form,
  });
  if (!reply.ok) throw new Error(`chat.upload: ${reply.status} ${await reply.text()}`);
  await reply.arrayBuffer();
}

/** Uploads of 25 MiB, one after the other. */
export async function uploadPart(bench: Bench): Promise<Contest[]> {
  const file = new Blob([Buffer.alloc(mebibytes * 1024 * 1024, 'hubchat ')]);
  const sides = [];
  for (const service of bench.services) {
    const seeded = await seedHub(service, 'uploads', 1);
    const pids = { service: service.pid, database: bench.database.pid };
    const work = () => upload(service, seeded, file);
    sides.push({
      name: service.name,
      measure: () => sampleCount(uploads, work, pids, mebibytes),
    });
  }
  return [{ title: `upload of ${mebibytes} MiB`, unit: 'MiB/s', sides }];
}
