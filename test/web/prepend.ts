/**
 * In a page: scrolls near to the top of the log until a whole page has been put there, which takes
 * some frames. Returns how far the row that was at the lower edge has moved meanwhile, in pixels.
 */
export async function prependPage(): Promise<number> {
  const box = document.querySelector('[role=log]');
  if (!box) throw new Error('There is no log.');
  const rows = (): HTMLElement[] => [...box.querySelectorAll<HTMLElement>('[data-key]')];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let first = rows()[0]?.dataset.key;
  for (let still = 0; still < 10; still += 1) {
    await frame();
    if (rows()[0]?.dataset.key !== first) still = 0;
    first = rows()[0]?.dataset.key;
  }
  box.scrollTop = 300;
  await frame();
  const { bottom } = box.getBoundingClientRect();
  const eye = rows().findLast((row) => row.getBoundingClientRect().top < bottom - 20);
  const before = eye?.getBoundingClientRect().top ?? Number.NaN;
  let worst = 0;
  const measure = async (): Promise<void> => {
    worst = Math.max(worst, Math.abs((eye?.getBoundingClientRect().top ?? 0) - before));
    await frame();
  };
  const added = (): number => rows().findIndex(({ dataset }) => dataset.key === first);
  const until = performance.now() + 8000;
  while (added() < 45 && performance.now() < until) await measure();
  if (added() < 45) throw new Error('No page was read.');
  for (let n = 0; n < 3; n += 1) await measure();
  return worst;
}
