/**
 * In a page: scrolls to the top of the log until a page has been read. Returns how far the row that
 * was at the lower edge has moved beside the scrolling, in pixels.
 */
export async function prependPage(): Promise<number> {
  const box = document.querySelector('[role=log]');
  if (!box) throw new Error('There is no log.');
  const rows = (): HTMLElement[] => [...box.querySelectorAll<HTMLElement>('[data-key]')];
  const first = rows()[0]?.dataset.key;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  box.scrollTop = 300;
  await frame();
  const { bottom } = box.getBoundingClientRect();
  const eye = rows().findLast((row) => row.getBoundingClientRect().top < bottom - 20);
  const before = eye?.getBoundingClientRect().top ?? Number.NaN;
  let worst = 0;
  const until = performance.now() + 8000;
  while (rows()[0]?.dataset.key === first && performance.now() < until) await frame();
  if (rows()[0]?.dataset.key === first) throw new Error('Nothing was read.');
  for (let n = 0; n < 3; n += 1) {
    worst = Math.max(worst, Math.abs((eye?.getBoundingClientRect().top ?? 0) - before));
    await frame();
  }
  return worst;
}
