// data-live-ages beside data-live: what such a piece says is otherwise after a while although nothing happened (how long a message waits,
// whether anybody listens), so it is fetched again each half minute, and when its tab is looked at again. refresh.ts minds its reader.
import { look } from "./refresh";

const EVERY_MS = 30_000;

const again = (): void => { look([...document.querySelectorAll<HTMLElement>("[data-live-ages]")]); };

export function startAges(): void {
  setInterval(again, EVERY_MS);
  document.addEventListener("visibilitychange", again);
}
