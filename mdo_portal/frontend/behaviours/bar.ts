// How high the bar at the foot of the page is at this moment, as --bar-height: it grows with the quorum of a meeting, and nothing that
// sticks above it, or that a reader comes to by keyboard, may stand behind it (WCAG 2.4.11).
export function startBar(): void {
  const bar = document.querySelector<HTMLElement>(".page-bar");
  if (!bar) return;
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);
}
