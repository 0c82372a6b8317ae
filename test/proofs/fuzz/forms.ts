import type { Random } from './random.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9' +
    'awAAAABJRU5ErkJggg==',
  'base64',
);
const names = [
  'note.txt',
  'a.png',
  'ü😀.pdf',
  '../../etc/passwd',
  '..',
  '',
  'con',
  'x'.repeat(300),
  'a\u0000b',
  '\u202egnp.exe',
  'a/b\\c',
  '.hidden',
  ' .',
  'a.'.repeat(100),
  "'; --",
  '%00',
  'x.tar.gz',
];

interface Form {
  /** Empty, as browsers send it. */
  kind: string;
  type: string;
  body: Buffer;
}

const contentOf = (random: Random): Buffer =>
  random.pick([
    () => Buffer.from('a note'),
    () => png,
    () => Buffer.alloc(0),
    () => random.bytes(random.below(3000)),
    () => Buffer.concat([png.subarray(0, 33), random.bytes(60)]),
    () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), random.bytes(200)]),
    () => Buffer.from('%PDF-1.4\n'),
    () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    () => Buffer.from('GIF89a\xff\xff\xff\xff', 'latin1'),
    () => Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1'),
    () => Buffer.from('PK\x03\x04'.padEnd(40, '\0'), 'latin1'),
  ])();

function part(
  random: Random,
  boundary: string,
  {
    name = 'file',
    filename,
    content,
    more = '',
  }: { name?: string; filename?: string; content: Buffer; more?: string },
): Buffer {
  const named = filename === undefined ? '' : `; filename="${filename}"`;
  const disposition = `Content-Disposition: form-data; name="${name}"${named}`;
  const head = `--${boundary}\r\n${disposition}\r\n${more}\r\n`;
  return Buffer.concat([
    Buffer.from(head, random.chance(0.1) ? 'latin1' : 'utf8'),
    content,
    Buffer.from('\r\n'),
  ]);
}

/** A body of files, and how it was mutated. */
export function formBody(random: Random, isValid: boolean): Form {
  const boundary = `fuzz${random.below(1_000_000)}`;
  const type = `multipart/form-data; boundary=${boundary}`;
  const end = Buffer.from(`--${boundary}--\r\n`);
  const file = (more: { name?: string; filename?: string; more?: string } = {}) =>
    part(random, boundary, { filename: random.pick(names), content: contentOf(random), ...more });
  const whole = (kind: string, ...parts: Buffer[]): Form => ({
    kind,
    type,
    body: Buffer.concat([...parts, end]),
  });
  if (isValid) return whole('', ...Array.from({ length: 1 + random.below(2) }, () => file()));
  switch (random.below(15)) {
    case 0:
      return {
        kind: 'form type',
        type: random.pick([
          'multipart/form-data',
          'multipart/form-data; boundary=',
          `multipart/form-data; boundary="${boundary}`,
          `multipart/mixed; boundary=${boundary}`,
          `multipart/form-data; boundary=${'b'.repeat(300)}`,
          'multipart/form-data; boundary=\xff',
        ]),
        body: Buffer.concat([file(), end]),
      };
    case 1: {
      const body = Buffer.concat([file(), file(), end]);
      return { kind: 'form truncated', type, body: body.subarray(0, random.below(body.length)) };
    }
    case 2:
      return whole(
        'form names',
        file({
          name: random.pick([
            'files',
            'file[]',
            'file[0]',
            '__proto__',
            'a[b][c]',
            'constructor',
            '',
            'x'.repeat(200),
            'file\u0000',
          ]),
        }),
      );
    case 3:
      return whole(
        'form fields',
        ...Array.from({ length: random.pick([1, 5, 21, 40]) }, (_, n) =>
          part(random, boundary, {
            name: random.pick([
              'a[b]',
              '__proto__[x]',
              'file',
              'hub_id',
              `f${n}`,
              'constructor[prototype][y]',
              'a[__proto__][z]',
              'x[]',
            ]),
            content: random.bytes(random.pick([1, 100, 2000])),
          }),
        ),
        file(),
      );
    case 4:
      return whole(
        'form headers',
        file({
          more: random.pick([
            'Content-Type: image/png\r\n',
            'Content-Type: \xff\r\n',
            'X: y\r\n'.repeat(3000),
            `X: ${'y'.repeat(90_000)}\r\n`,
            'Content-Transfer-Encoding: base64\r\n',
            ': \r\n',
            'no colon\r\n',
            'Content-Disposition: form-data; name="other"\r\n',
            '\r',
          ]),
        }),
      );
    case 5:
      return whole('form nothing');
    case 6:
      return whole(
        'form many',
        ...Array.from({ length: random.pick([20, 21, 101]) }, () =>
          part(random, boundary, { filename: 'x', content: Buffer.from('x') }),
        ),
      );
    case 7:
      return whole(
        'form large',
        part(random, boundary, {
          filename: 'big',
          content: Buffer.alloc(random.pick([200_000, 200_001, 900_000]), 'x'),
        }),
      );
    case 8:
      return { kind: 'form garbage', type, body: random.bytes(random.below(4000)) };
    case 9:
      return {
        kind: 'form preamble',
        type,
        body: Buffer.concat([
          Buffer.from('preamble\r\n'),
          file(),
          end,
          Buffer.from('epilogue'),
          file(),
        ]),
      };
    case 10:
      return { kind: 'form no end', type, body: file() };
    case 11:
      return {
        kind: 'form lines',
        type,
        body: Buffer.from(
          Buffer.concat([file(), end]).toString('latin1').replaceAll('\r\n', '\n'),
          'latin1',
        ),
      };
    case 12:
      return whole(
        'form file as text',
        part(random, boundary, {
          content: Buffer.from(random.pick(['[object Object]', '{"id":"x"}', ''])),
        }),
      );
    case 13:
      return whole(
        'form hub',
        part(random, boundary, {
          name: 'hub_id',
          content: Buffer.from(random.pick(['unknown', '', '\u0000'])),
        }),
        file(),
      );
    default: {
      const body = Buffer.concat([file(), file(), end]);
      for (let n = 0; n < 5; n++) body[random.below(body.length)] = random.below(256);
      return { kind: 'form flipped', type, body };
    }
  }
}
