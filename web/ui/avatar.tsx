interface AvatarProps {
  /** The id of the user or room, which decides the colour. */
  id: string;
  name: string;
  isRoom?: boolean;
  /** In pixels. */
  size?: 18 | 30 | 36 | 40;
}

/** The classes hue-0 to hue-11 have white initials at a contrast of at least 4.5. */
const hues = 12;

/** Initials on a colour: people are round, rooms are squares. Decoration beside the name. */
export function Avatar({ id, name, isRoom = false, size = 36 }: AvatarProps) {
  const shape = isRoom ? 'avatar room' : 'avatar';
  return (
    <span className={`${shape} hue-${hueOf(id)} size-${size}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

function hueOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % hues;
}

function initialsOf(name: string): string {
  const words = name.split(/[\s_.-]+/u).filter(Boolean);
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : ''];
  const letterOf = (word: string): string => [...word][0] ?? '';
  return (letterOf(first) + letterOf(last)).toLocaleUpperCase();
}
