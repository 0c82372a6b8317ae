import { z } from 'zod';
import { type ErrorResponse, Refusal } from '../errors.ts';
import { values } from '../guesses.ts';

const PacketBody = z.object({
  packetId: z.int().nonnegative().nullish(),
  sessionId: z.string().nullish(),
  messages: z.array(z.unknown()).min(1).max(values.maxPacketMessages),
});
const Message = z.object({
  service: z.string(),
  operation: z.string(),
  data: z.unknown().optional(),
});
export type Message = z.output<typeof Message>;

export interface Packet {
  packetId: number;
  /** Empty before authentication. */
  sessionId: string;
  messages: Message[];
  /** Of its body, unpacked. */
  bytes: number;
}

/** The response to one message. */
export type Response = { data: unknown; status: 200 } | ErrorResponse;

/** Stands for a message that cannot be read: no operation has its name. */
const invalidMessage: Message = { service: '', operation: '', data: undefined };

export function readPacket(body: Record<string, unknown>, bytes: number): Packet {
  const { data, error } = PacketBody.safeParse(body);
  if (!data) {
    const [issue] = error.issues;
    throw new Refusal('MALFORMED', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  return {
    packetId: data.packetId ?? 0,
    sessionId: data.sessionId ?? '',
    messages: data.messages.map((message) => Message.safeParse(message).data ?? invalidMessage),
    bytes,
  };
}

/** Whether the response to a message contains a secret, which must not be stored. */
export const returnsSecret = (message: Message): boolean =>
  isLogin(message) || message.service === 'rttRegistration';

export const isLogin = ({ service, operation }: Message): boolean =>
  service === 'authenticationV2' && operation === 'AUTHENTICATE';
