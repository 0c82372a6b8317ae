import { useRef } from 'react';

/** WebKit ends the composition before the key event of the Enter that confirmed it. In ms. */
const afterEndMs = 30;

/**
 * Distinguishes the Enter that confirms a candidate of an input method from the one that sends: by
 * `isComposing`, by the key code 229, and where the composition ended a moment before.
 */
export function useComposition() {
  const endedMs = useRef(Number.NEGATIVE_INFINITY);
  return {
    onEnd: (event: { timeStamp: number }): void => {
      endedMs.current = event.timeStamp;
    },
    confirms: (event: KeyboardEvent): boolean =>
      event.isComposing || event.keyCode === 229 || event.timeStamp - endedMs.current < afterEndMs,
  };
}
