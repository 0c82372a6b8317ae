import { type Variable, variables } from '../config.ts';

const { jwt, limits, ...general } = variables;

/** Returns docs/configuration.md, written from the declaration of every environment variable. */
export const configurationPage = (): string =>
  `${[
    '# Configuration',
    '',
    'Written by `npm run configuration` from `service/config.ts`; do not edit.',
    '',
    'The service reads environment variables once, at its start. An empty variable counts as one',
    'that is not set. A wrong value stops the start with a sentence that names the variable.',
    '',
    ...tableOf(general),
    '',
    '## Tokens of an external issuer',
    '',
    '[auth.md](auth.md) says how users of another issuer become members.',
    '',
    ...tableOf(jwt),
    '',
    '## Limits',
    '',
    '0 switches a limit off. A call beyond a limit is refused, with `RATE_LIMITED`, `TOO_LARGE` or',
    'an error that its method declares.',
    '',
    ...tableOf(limits),
  ].join('\n')}\n`;

const tableOf = (declared: Readonly<Record<string, Variable>>): string[] => [
  '| variable | default | value | meaning |',
  '| --- | --- | --- | --- |',
  ...Object.values(declared).map(
    (variable) =>
      `| \`${variable.name}\` | ${defaultOf(variable)} | ${variable.kind.is} | ${variable.doc} |`,
  ),
];

const defaultOf = ({ default: value, unset }: Variable): string =>
  value ? `\`${value}\`` : (unset ?? 'none');
