import { useEffect, useState } from 'react';

/** Returns whether something has been true for so long, in milliseconds. */
export function useLasting(isTrue: boolean, forMs: number): boolean {
  const [hasLasted, setHasLasted] = useState(false);
  useEffect(() => {
    if (!isTrue) return setHasLasted(false);
    const timer = setTimeout(() => setHasLasted(true), forMs);
    return () => clearTimeout(timer);
  }, [isTrue, forMs]);
  return isTrue && hasLasted;
}
