// What its reader may not see any more leaves the screen: access was taken back or ran out, the patient objects, a role ended, the case was
// destroyed. A piece that is refused, or a topic that is followed no longer, says that it may be so; the page itself says whether it is. Of a
// page that stays (a work list beside the case in brief) the piece that is not there for its reader goes.
import { meta, word } from "./page";
import { toast } from "./toasts";

let isAsking = false;

/** Asks for this very page; refused, it is covered and loaded anew, and says what there is to say. `isLost`: what it is about is not its
 *  reader's any more, and a page that was itself the answer to a form, and cannot be asked for, goes too. */
export async function lookWhetherGone(isLost = false): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  const asked = { method: "HEAD", headers: { "X-Live": "1" }, credentials: "same-origin", redirect: "manual" } as const;
  const answer = await fetch(location.href, asked).catch(() => null); // without a line nobody knows: it is asked again when it is back
  isAsking = false;
  const isAnswer = isLost && answer?.status === 405;
  if (answer?.status !== 403 && answer?.status !== 404 && !isAnswer) return;
  document.documentElement.classList.add("is-covered");
  if (isAnswer) location.replace("/"); else location.reload();
}

/** With the line that it was chosen by, which names the same patient. */
function takeAway(piece: HTMLElement): void {
  const row = piece.dataset["ofRow"];
  const going = [piece, ...(row ? document.querySelectorAll(`[data-row="${CSS.escape(row)}"]`) : [])];
  const hadFocus = going.some((one) => one.contains(document.activeElement));
  going.forEach((one) => one.remove());
  if (hadFocus) document.getElementById("main")?.focus({ preventScroll: true });
  toast("warning", word("piece-gone"));
}

interface Refused { xhr: XMLHttpRequest; requestConfig: { elt: HTMLElement; headers: Record<string, string> } }

export function startGone(): void {
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, requestConfig } = (event as CustomEvent<Refused>).detail;
    if (!requestConfig.headers["X-Live"] || (xhr.status !== 403 && xhr.status !== 404)) return;
    void lookWhetherGone();
    if (xhr.status === 404) takeAway(requestConfig.elt);
  });
  const until = Number(meta("shown-until")); // the server's clock, as made-at
  if (until) window.setTimeout(() => void lookWhetherGone(), (until - Number(meta("made-at"))) * 1_000);
}
