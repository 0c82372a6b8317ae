import { expect } from 'chai';
import { extensionOf, safeName } from '../../../uploads/names.ts';

type Table = (readonly [given: string, name: string])[];

/** safeName returns each expected name, and leaves that name unchanged. */
function check(table: Table): void {
  for (const [given, name] of table) {
    expect(safeName(given), JSON.stringify(given).slice(0, 80)).to.equal(name);
    expect(safeName(name), `${JSON.stringify(name).slice(0, 80)} again`).to.equal(name);
  }
}

const bytes = (name: string) => Buffer.byteLength(name);

describe('The name of a file', () => {
  it('is kept, also when some system reserves it or does not take its characters', () => {
    const names = [
      'con.jpg',
      'CON',
      'NUL.txt',
      'aux.tar.gz',
      'Com1.png',
      'lpt9.txt',
      'prn.',
      'a<b>c:d"e|f?g*h.txt',
      'what?',
      '???',
      '.htaccess',
      '..a.txt',
      'Acme Ltd.',
      'a.txt. .',
      'photo.png',
      'archive.tar.gz',
      'no extension',
      "It's 100% (final), v2; a+b=c & {d} [e] #1 @home!.txt",
      'Übergröße.pdf',
      '図面 – 表.xlsx',
      'مستند.pdf',
      'می‌خواهم.txt',
      '👩‍🚀👍🏽.png',
      'a..b.txt',
      'a%22b%2fc.txt',
    ];
    check(names.map((name) => [name, name]));
  });

  it('is the part after the last slash or backslash', () => {
    check([
      ['/etc/passwd', 'passwd'],
      ['../../etc/passwd', 'passwd'],
      ['..\\..\\boot.ini', 'boot.ini'],
      ['C:\\Users\\Ada\\note.txt', 'note.txt'],
      ['a/b\\c/d.txt', 'd.txt'],
      ['C:note.txt', 'C:note.txt'],
      ['/.env', '.env'],
      ['dir/con.jpg', 'con.jpg'],
    ]);
  });

  it('is "file" when nothing else is left of it', () => {
    const names = [
      '',
      ' ',
      '.',
      '..',
      '...',
      '. .',
      '/',
      'a/',
      '\\',
      'a/..',
      '\u0000',
      '\n',
      '\u202e',
      '\ufeff',
      '\u202e.\u200b.',
      '\u3164.\u2800',
    ];
    check(names.map((name) => [name, 'file']));
  });

  it('contains no invisible characters and none that change the reading direction', () => {
    check([
      ['a\u0000b.txt', 'ab.txt'],
      ['a.txt\u0000.png', 'a.txt.png'],
      ['a\r\nSet-Cookie: x=1.txt', 'aSet-Cookie: x=1.txt'],
      ['a\tb\u001b[31m\u007f.txt', 'ab[31m.txt'],
      ['a\u0085b\u009f.txt', 'ab.txt'],
      ['a\u2028b\u2029.txt', 'ab.txt'],
      ['invoice\u202egpj.exe', 'invoicegpj.exe'],
      ['\u2066a\u2069\u200e\u200f\u061c.txt', 'a.txt'],
      ['\ufeffa\u200b\u2060\u00ad.txt', 'a.txt'],
    ]);
  });

  it('has no space around it', () => {
    check([
      [' .a.txt', '.a.txt'],
      ['a ', 'a'],
      ['\u3000a b.txt\u00a0', 'a b.txt'],
      ['\u200b .bashrc', '.bashrc'],
    ]);
  });

  it('is well-formed and composed Unicode', () => {
    check([
      ['e\u0301.txt', 'é.txt'],
      ['e\u200b\u0301.txt', 'é.txt'],
      ['a\ud800b.txt', 'a\ufffdb.txt'],
      ['\udc00.txt', '\ufffd.txt'],
    ]);
  });

  it('is cut between characters when it is long, and keeps its extension', () => {
    check([
      [`${'a'.repeat(300)}.png`, `${'a'.repeat(251)}.png`],
      [`${'é'.repeat(300)}.png`, `${'é'.repeat(125)}.png`],
      [`${'図'.repeat(300)}.png`, `${'図'.repeat(83)}.png`],
      [`a${'😀'.repeat(300)}.png`, `a${'😀'.repeat(62)}.png`],
      ['b'.repeat(300), 'b'.repeat(255)],
      [`${'c'.repeat(251)}.png`, `${'c'.repeat(251)}.png`],
      [`${'d'.repeat(250)}     .png`, `${'d'.repeat(250)} .png`],
      [`${'e'.repeat(254)} f`, 'e'.repeat(254)],
    ]);
  });

  it('is never longer than a column and a folder allow, whatever its extension', () => {
    const long = [
      'x'.repeat(1_000_000),
      `a.${'b'.repeat(1000)}`,
      `${'a'.repeat(300)}.${'b'.repeat(32)}`,
    ];
    for (const given of [
      ...long,
      `${'図'.repeat(300)}.${'図'.repeat(32)}`,
      `${'.a'.repeat(1000)}`,
      `a.${'😀'.repeat(16)}`,
    ]) {
      const name = safeName(given);
      expect(bytes(name)).to.be.within(1, 255);
      expect(name.isWellFormed()).to.equal(true);
      expect(name).to.not.contain('\ufffd');
      expect(safeName(name)).to.equal(name);
    }
  });
});

describe('The extension of a file', () => {
  it('is the part after the last dot, in lower case', () => {
    for (const [name, extension] of [
      ['photo.png', 'png'],
      ['PHOTO.PNG', 'png'],
      ['archive.tar.gz', 'gz'],
      ['a.7z', '7z'],
      ['Übergröße.PDF', 'pdf'],
      [`a.${'x'.repeat(16)}`, 'x'.repeat(16)],
    ] as const)
      expect(extensionOf(name), name).to.equal(extension);
  });

  it('is empty when that part is not an extension', () => {
    for (const name of [
      '',
      'photo',
      'png',
      'photo.',
      'a.b c',
      '.bashrc',
      'a.png ',
      'a.pn-g',
      'a.表',
      'a.ſ',
      'a.png\n',
      `a.${'x'.repeat(17)}`,
    ])
      expect(extensionOf(name), name).to.equal('');
  });
});
