import { ServiceError } from '../../../acl/language/errors.ts';
import type { ForeignReply, ForeignRequest, Route } from '../../../service/gateways/port.ts';
import { handled } from '../operation.ts';

/** A token is asked for in a few words. */
const bodyLimit = 16 * 1024;

/** What OAuth calls what is wrong; not as ErrorBody does. */
const reasons = {
  invalid_request: [400, 'The request is missing a parameter, or is not form-encoded.'],
  unsupported_grant_type: [400, 'Only client_credentials is supported.'],
  invalid_client: [401, 'The client is unknown, or its secret is another.'],
} as const;

class Refusal extends Error {
  readonly reason: keyof typeof reasons;
  constructor(reason: keyof typeof reasons) {
    super(reason);
    this.reason = reason;
  }
}

function answerRefusal({ reason }: Refusal): ForeignReply {
  const [status, description] = reasons[reason];
  return {
    status,
    ...(status === 401 ? { headers: { 'WWW-Authenticate': 'Basic realm="hubchat"' } } : {}),
    // Genesys says `description`, the standard `error_description`.
    body: { error: reason, description, error_description: description },
  };
}

/** A token for a client that has a secret: a key of kind oauth. */
export const tokenRoute: Route = {
  name: 'postOauthToken',
  verb: 'POST',
  path: '/oauth/token',
  handle: (request) => handled(request, undefined, () => exchange(request)),
};

async function exchange(request: ForeignRequest): Promise<ForeignReply> {
  let form = new URLSearchParams();
  const prepare = async () => {
    form = await readForm(request);
  };
  try {
    const { token, expires } = await request.call(
      'session.exchange',
      () => clientOf(request, form),
      {
        token: null,
        prepare,
      },
    );
    const seconds = Math.max(0, expires - Math.floor(Date.now() / 1000));
    return {
      status: 200,
      body: { access_token: token, token_type: 'bearer', expires_in: seconds },
    };
  } catch (error) {
    if (error instanceof Refusal) return answerRefusal(error);
    if (error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED')
      return answerRefusal(new Refusal('invalid_client'));
    if (error instanceof ServiceError && error.code === 'INVALID_INPUT')
      return answerRefusal(new Refusal('invalid_request'));
    throw error;
  }
}

async function readForm(request: ForeignRequest): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.header('Content-Type')))
    throw new Refusal('invalid_request');
  return new URLSearchParams((await request.body(bodyLimit)).toString('utf8'));
}

/** Who the client says he is: by Basic, else in the form. */
function clientOf(
  request: ForeignRequest,
  form: URLSearchParams,
): { client_id: string; client_secret: string } {
  const grant = form.get('grant_type');
  if (grant === null) throw new Refusal('invalid_request');
  if (grant !== 'client_credentials') throw new Refusal('unsupported_grant_type');
  const basic = /^Basic +(\S+) *$/i.exec(request.header('Authorization'))?.[1];
  const pair = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8');
  const [, id = '', secret = ''] =
    pair === undefined
      ? ['', form.get('client_id') ?? '', form.get('client_secret') ?? '']
      : splitPair(pair);
  if (id === '' || secret === '') throw new Refusal('invalid_client');
  return { client_id: id, client_secret: secret };
}

const splitPair = (pair: string): readonly string[] => /^([^:]*):(.*)$/s.exec(pair) ?? [];
