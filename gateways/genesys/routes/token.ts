import { ServiceError } from '../../../acl/language/errors.ts';
import type { GatewayReply, GatewayRequest, Route } from '../../../service/gateways/port.ts';
import { replyTo } from '../operation.ts';

/** Bytes of a token request at most. */
const maxBodyBytes = 16 * 1024;

/** The errors of OAuth, which have another body than those of operations. */
const oauthErrors = {
  invalid_request: [400, 'The request is missing a parameter, or is not form-encoded.'],
  unsupported_grant_type: [400, 'Only client_credentials is supported.'],
  invalid_client: [401, 'The client does not exist, or its secret is wrong.'],
} as const;

class OAuthError extends Error {
  readonly code: keyof typeof oauthErrors;
  constructor(code: keyof typeof oauthErrors) {
    super(code);
    this.code = code;
  }
}

function presentOAuthError({ code }: OAuthError): GatewayReply {
  const [status, description] = oauthErrors[code];
  return {
    status,
    headers: status === 401 ? { 'WWW-Authenticate': 'Basic realm="hubchat"' } : {},
    // Genesys calls the sentence `description`, the standard calls it `error_description`.
    body: { error: code, description, error_description: description },
  };
}

/** Issues a token to a client with a secret: a key of kind oauth. */
export const tokenRoute: Route = {
  name: 'postOauthToken',
  verb: 'POST',
  path: '/oauth/token',
  handle: (request) => replyTo(request, undefined, () => exchange(request)),
};

async function exchange(request: GatewayRequest): Promise<GatewayReply> {
  let form = new URLSearchParams();
  const prepare = async () => {
    form = await readForm(request);
  };
  try {
    const { token, expires } = await request.call(
      'session.exchange',
      () => readClient(request, form),
      { token: null, prepare },
    );
    const seconds = Math.max(0, expires - Math.floor(Date.now() / 1000));
    return {
      status: 200,
      body: { access_token: token, token_type: 'bearer', expires_in: seconds },
    };
  } catch (error) {
    const oauthError = oauthErrorOf(error);
    if (oauthError) return presentOAuthError(oauthError);
    throw error;
  }
}

function oauthErrorOf(error: unknown): OAuthError | undefined {
  if (error instanceof OAuthError) return error;
  if (!(error instanceof ServiceError)) return undefined;
  if (error.code === 'NOT_AUTHENTICATED') return new OAuthError('invalid_client');
  return error.code === 'INVALID_INPUT' ? new OAuthError('invalid_request') : undefined;
}

async function readForm(request: GatewayRequest): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.header('Content-Type')))
    throw new OAuthError('invalid_request');
  return new URLSearchParams(
    (await request.anonymousBody({ limit: maxBodyBytes })).toString('utf8'),
  );
}

/** Reads the client's id and secret from Basic authorization, or else from the form. */
function readClient(
  request: GatewayRequest,
  form: URLSearchParams,
): { client_id: string; client_secret: string } {
  const grantType = form.get('grant_type');
  if (grantType === null) throw new OAuthError('invalid_request');
  if (grantType !== 'client_credentials') throw new OAuthError('unsupported_grant_type');
  const basic = /^Basic +(\S+) *$/i.exec(request.header('Authorization'))?.[1];
  const [id = '', secret = ''] =
    basic === undefined
      ? [form.get('client_id') ?? '', form.get('client_secret') ?? '']
      : splitPair(Buffer.from(basic, 'base64').toString('utf8'));
  if (id === '' || secret === '') throw new OAuthError('invalid_client');
  return { client_id: id, client_secret: secret };
}

/** Splits `id:secret`; the secret may contain colons. */
const splitPair = (pair: string): readonly string[] => /^([^:]*):(.*)$/s.exec(pair)?.slice(1) ?? [];
