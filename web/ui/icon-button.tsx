import type { ComponentProps } from 'react';

export type IconName =
  | ('attach' | 'back' | 'bell' | 'close' | 'compose' | 'copy' | 'delete' | 'details' | 'down')
  | ('edit' | 'emoji' | 'forward' | 'menu' | 'mute' | 'pin' | 'reply' | 'search' | 'send')
  | ('settings' | 'thread' | 'unread' | 'file' | 'download' | 'people');

interface IconButtonProps extends ComponentProps<'button'> {
  icon: IconName;
  /** The accessible name, also shown as a hint. */
  label: string;
}

/** A button that shows an icon only. */
export const IconButton = ({ icon, label, className = '', ...rest }: IconButtonProps) => (
  <button
    type="button"
    {...rest}
    className={`icon-button icon-${icon} ${className}`}
    aria-label={label}
    title={label}
  />
);

/** An icon beside a text that says the same. */
export const Icon = ({ icon }: { icon: IconName }) => (
  <span className={`icon icon-${icon}`} aria-hidden="true" />
);
