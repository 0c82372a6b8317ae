import { createHash, timingSafeEqual } from 'node:crypto';
import type {
  Apps,
  GatewayReply,
  GatewayRequest,
  Route,
  Services,
} from '../../../service/gateways/port.ts';
import { Refusal } from '../errors.ts';
import { type Packet, type Response, readPacket } from '../packets/packet.ts';
import type { App, PacketProcessor } from '../packets/processor.ts';
import { readObject } from '../wire/body.ts';
import { isAnonymous, presentBundleError } from './bundle-error.ts';

/** The route for packets of an application's users, which the application signs. */
export function clientRoute({ apps, report }: Services, processor: PacketProcessor): Route {
  async function handle(request: GatewayRequest): Promise<GatewayReply> {
    let packet: Packet | undefined;
    try {
      const visit = await request.visit();
      const bytes = await request.anonymousBody({ encoding: 'gzip' });
      const body = readObject(bytes);
      const read = readPacket(body, bytes.length);
      packet = read;
      const process = async () => {
        const app = await verifyApp(apps, request, bytes, body.gameId);
        return processor.process(request, app, read);
      };
      const token = read.sessionId || undefined;
      return replyOf(read, await visit.identify(token, process, isAnonymous));
    } catch (error) {
      const { body, status } = presentBundleError(error, report);
      return replyOf(packet, packet?.messages.map(() => body) ?? [body], status);
    }
  }
  return { name: 'dispatcherv2', verb: 'POST', path: '/dispatcherv2', handle };
}

const replyOf = (
  packet: Packet | undefined,
  responses: readonly Response[],
  status = 200,
): GatewayReply => ({
  status,
  body: { packetId: packet?.packetId ?? -1, responses, events: [] },
});

/** Returns the application that the request names, if one of its secrets signed the body. */
async function verifyApp(
  apps: Pick<Apps, 'secretsOf'>,
  request: GatewayRequest,
  body: Buffer,
  gameId: unknown,
): Promise<App> {
  const named = typeof gameId === 'string' ? gameId : '';
  const id = request.header('X-APPID') || named;
  if (named !== '' && named !== id)
    throw new Refusal('INVALID_HEADER_APP_ID', 'X-APPID: differs from gameId');
  const secrets = id === '' ? [] : await apps.secretsOf(id);
  if (secrets.length === 0)
    throw new Refusal('INVALID_APP_ID', 'X-APPID: is not the id of an application');
  const signature = Buffer.from(request.header('X-SIG'), 'hex');
  const secret = secrets.find((candidate) => {
    const expected = createHash('md5').update(body).update(candidate).digest();
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  });
  if (secret === undefined)
    throw new Refusal('BAD_SIGNATURE', 'X-SIG: is not the signature of the body');
  return { id, secret };
}
