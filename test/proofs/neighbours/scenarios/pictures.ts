import { type Blob, File } from 'node:buffer';
import sharp from 'sharp';
import { repeat, type Scenario } from '../scenario.ts';

/** Large pictures that are small files. */
export const pictures: Scenario = {
  name: 'pictures',
  async prepare(_target, attacker) {
    const picture = await sharp({
      create: { width: 7000, height: 7000, channels: 3, background: 'teal' },
    })
      .png()
      .toBuffer();
    const file = new File([picture], 'large.png') as Blob as globalThis.Blob;
    return (signal) => repeat(() => attacker.chat.upload({ file: [file] }), 16, signal);
  },
};
