import { createHash, timingSafeEqual } from 'node:crypto';
import type {
  ForeignReply,
  ForeignRequest,
  Route,
  Services,
} from '../../../service/gateways/port.ts';
import { type Failed, failureOf, type Reason, Refusal, refusalOf } from '../errors.ts';
import {
  type App,
  type createPackets,
  type Packet,
  packetOf,
  type Response,
  readJson,
} from '../packets/run.ts';

const md5 = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Who could not be told is counted by his address. */
const unknown: readonly Reason[] = [
  'INVALID_APP_ID',
  'BAD_SIGNATURE',
  'NO_SESSION',
  'MALFORMED',
  'SERVER_SESSION_EXPIRED',
];

/** What an error says to a whole packet. After 503 a client sends it again; another status stops one for good. */
export async function refusedWith(
  request: ForeignRequest,
  error: unknown,
  report: Services['report'],
): Promise<{ failed: Failed; status: 200 | 503 }> {
  const refusal = refusalOf(error);
  if (refusal.reason === 'UNEXPECTED') report(error, 'braincloud');
  if (unknown.includes(refusal.reason)) await request.stranger.count().catch(() => {});
  return {
    failed: failureOf(refusal, 'bundle'),
    status: refusal.reason === 'PACKET_IN_PROGRESS' ? 503 : 200,
  };
}

/** Bundles of an application's users. */
export function clientRoute(
  { apps, report }: Services,
  run: ReturnType<typeof createPackets>,
): Route {
  /** The application, if it signed these bytes. */
  async function verify(request: ForeignRequest, body: Buffer, gameId: unknown): Promise<App> {
    const id = request.header('X-APPID') || (typeof gameId === 'string' ? gameId : '');
    if (typeof gameId === 'string' && gameId !== '' && gameId !== id)
      throw new Refusal('INVALID_HEADER_APP_ID', 'X-APPID: is not gameId');
    const secrets = id === '' ? [] : await apps.secretsOf(id);
    if (secrets.length === 0) throw new Refusal('INVALID_APP_ID', 'X-APPID: names no application');
    const signature = Buffer.from(request.header('X-SIG'), 'hex');
    const secret = secrets.find((one) => {
      const expected = md5(body, one);
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    });
    if (secret === undefined) throw new Refusal('BAD_SIGNATURE', 'X-SIG: is not that of the body');
    return { id, secret };
  }

  async function handle(request: ForeignRequest): Promise<ForeignReply> {
    let packet: Packet | undefined;
    const answer = (responses: readonly Response[], status = 200) => ({
      status,
      body: { packetId: packet?.packetId ?? -1, responses, events: [] },
    });
    try {
      await request.stranger.check();
      const bytes = await request.body(undefined, 'gzip');
      const body = readJson(bytes);
      packet = packetOf(body);
      const app = await verify(request, bytes, body.gameId);
      return answer(await run(request, app, packet));
    } catch (error) {
      const { failed, status } = await refusedWith(request, error, report);
      return answer(
        (packet?.messages ?? [undefined]).map(() => failed),
        status,
      );
    }
  }
  return { name: 'dispatcherv2', verb: 'POST', path: '/dispatcherv2', handle };
}
