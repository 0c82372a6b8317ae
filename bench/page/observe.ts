import type { CDPSession, Page } from 'playwright-core';

/** What the page records about itself while it is measured. */
declare global {
  var measured: {
    longTasks: number[];
    shifts: number[];
    typed: number[];
    painted: number[];
  };
}

async function prepare(page: Page): Promise<void> {
  // tsx calls it wherever a function has a name.
  await page.evaluate('globalThis.__name = (target) => target');
  await page.evaluate(() => {
    globalThis.measured ??= { longTasks: [], shifts: [], typed: [], painted: [] };
  });
}

/** Records tasks of more than 50 ms. */
export async function longTasks(
  page: Page,
): Promise<() => Promise<{ count: number; longestMs: number }>> {
  await prepare(page);
  await page.evaluate(() => {
    const note = (entries: PerformanceEntryList) =>
      measured.longTasks.push(...entries.map(({ duration }) => duration));
    new PerformanceObserver((list) => note(list.getEntries())).observe({ type: 'longtask' });
  });
  return async () => {
    const all = await page.evaluate(() => measured.longTasks);
    return { count: all.length, longestMs: Math.max(0, ...all) };
  };
}

/** Records, for each task that puts rows before the first one, how far a visible row moved. */
export async function shifts(page: Page): Promise<() => Promise<number[]>> {
  await prepare(page);
  await page.evaluate(() => {
    const log = document.querySelector('[role="log"]') as HTMLElement;
    const firstRow = () => log.querySelector('[data-key]') as HTMLElement;
    const positions = () =>
      new Map(
        [...log.querySelectorAll('[data-key]')].map((row) => [
          row,
          row.getBoundingClientRect().top,
        ]),
      );
    let [first, before, scrolled] = [firstRow(), positions(), log.scrollTop];
    const look = (): void => {
      if (firstRow() !== first) {
        // Of rows that are visible before and after.
        for (const [row, top] of positions()) {
          const was = before.get(row);
          if (was === undefined || was < 0 || was > innerHeight) continue;
          measured.shifts.push(top - was);
          break;
        }
      }
      [first, before, scrolled] = [firstRow(), positions(), log.scrollTop];
    };
    new MutationObserver(() => queueMicrotask(look)).observe(log, {
      childList: true,
      subtree: true,
    });
    log.addEventListener('scroll', () => {
      if (log.scrollTop !== scrolled) [before, scrolled] = [positions(), log.scrollTop];
    });
  });
  return () => page.evaluate(() => measured.shifts);
}

/** Records how long each key took until it was painted. */
export async function typingDelays(page: Page): Promise<() => Promise<number[]>> {
  await prepare(page);
  await page.evaluate(() => {
    const note = (entries: PerformanceEntryList) => {
      for (const { name, duration } of entries)
        if (name === 'keydown') measured.typed.push(duration);
    };
    const options = { type: 'event', durationThreshold: 16 } as PerformanceObserverInit;
    new PerformanceObserver((list) => note(list.getEntries())).observe(options);
  });
  return () => page.evaluate(() => measured.typed);
}

/** Records how long messages "sent at <Unix milliseconds>" took until they were painted. */
export async function paintDelays(page: Page): Promise<() => Promise<number[]>> {
  await prepare(page);
  await page.evaluate(() => {
    const note = (row: Element) => {
      const [, sent] = /sent at (\d+)/.exec(row.textContent ?? '') ?? [];
      if (sent === undefined) return;
      // The frame after the next one shows what is in the next.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => measured.painted.push(Date.now() - Number(sent))),
      );
    };
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes)
          if (node instanceof Element && node.matches('article')) note(node);
    }).observe(document.querySelector('[role="log"]') as Element, {
      ...{ childList: true, subtree: true },
    });
  });
  return () => page.evaluate(() => measured.painted);
}

/** Returns the bytes of JavaScript's heap that are in use, after a collection. */
export async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize;
}
