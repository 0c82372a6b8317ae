import type { Member } from './hub.ts';

interface Message {
  id: string;
  author: Member;
  isDeleted: boolean;
  hiddenBy: Set<Member>;
}

/**
 * Changes a room through the API and keeps beside it, message by message, what each member can see
 * and has read: the numbers that the service must report.
 */
export function newUnreadModel(room: string) {
  const messages: Message[] = [];
  const pointers = new Map<Member, number>();
  const pointerOf = (member: Member): number => pointers.get(member) ?? 0;
  const ordinalOf = (message: Message): number => messages.indexOf(message) + 1;
  const isVisible = (member: Member, { isDeleted, hiddenBy }: Message): boolean =>
    !isDeleted && !hiddenBy.has(member);

  return {
    /** The ordinal up to which the member has read. */
    pointerOf,
    isVisible,
    visibleTo: (member: Member): Message[] =>
      messages.filter((message) => isVisible(member, message)),
    /** How many messages of others the member can see and has not read. */
    unreadOf: (member: Member): number =>
      messages
        .slice(pointerOf(member))
        .filter((message) => message.author !== member && isVisible(member, message)).length,

    async post(author: Member): Promise<void> {
      const { message_id: id } = await author.chat.post({ entity_id: room, message: 'Hi' });
      messages.push({ id, author, isDeleted: false, hiddenBy: new Set() });
      pointers.set(author, messages.length);
    },
    async hide(member: Member, message: Message): Promise<void> {
      await member.chat.delete({ option: 'me', messages: [message.id] });
      message.hiddenBy.add(member);
    },
    async deleteForAll(message: Message): Promise<void> {
      await message.author.chat.delete({ option: 'all', messages: [message.id] });
      message.isDeleted = true;
    },
    async acknowledge(member: Member, message: Message): Promise<void> {
      await member.chat.acknowledge({ message_id: message.id });
      pointers.set(member, Math.max(pointerOf(member), ordinalOf(message)));
    },
    async markUnread(member: Member, message: Message): Promise<void> {
      await member.chat.mark_unread({ message_id: message.id });
      pointers.set(member, Math.min(pointerOf(member), ordinalOf(message) - 1));
    },
  };
}
