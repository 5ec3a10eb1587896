// htmx, and what a person is told when a request fails. Configuration stands in <meta name="htmx-config">.
import htmx from "htmx.org";
import { word } from "./page";
import { lookAgain } from "./timeout";
import { toast } from "./toasts";

declare global {
  interface Window { htmx: typeof htmx }
}
window.htmx = htmx;

const failed = (key: string) => (): void => { toast("error", word(key)); };

document.addEventListener("htmx:sendError", failed("unreachable"));
document.addEventListener("htmx:timeout", failed("unreachable"));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, requestConfig } = (event as CustomEvent<{ xhr: XMLHttpRequest; requestConfig?: { verb: string; headers: Record<string, string> } }>).detail;
  if (requestConfig?.headers["X-Live"] && xhr.status === 404) return; // nobody asked for it: gone.ts takes it off the screen and says so
  const said = xhr.getResponseHeader("X-Error");
  if (said) toast("error", decodeURIComponent(said));
  else if (xhr.status === 429) toast("error", word("too-many"));
  else if (xhr.status === 413) toast("error", word("too-large"));
  // Not said by the portal but by what stands before it: whether an act was done there, nobody here knows.
  else if (xhr.status >= 502 && xhr.status <= 504) toast("error", word(requestConfig?.verb === "get" ? "unreachable" : "unanswered"));
  else if (xhr.status === 401) { if (!lookAgain()) toast("warning", word("signed-out")); }
  else if (xhr.status === 403 || xhr.status === 404) toast("error", word("not-allowed"));
  else toast("error", word("server-error"));
});

interface Asked { xhr: XMLHttpRequest; requestConfig: { verb: string; path: string } }
type Where = Exclude<Parameters<typeof htmx.ajax>[2], Element | string>;
export const ASK_AGAIN_MS = 3_000;

/** Fetches this into its place. False when the portal gave no answer (no line, too late, or it is starting again): who asked because
 *  something changed asks again, as nobody will tell the change a second time. */
export async function fetchInto(url: string, where: Where): Promise<boolean> {
  let isAnswered = true;
  const lose = (event: Event): void => {
    const { xhr, requestConfig } = (event as CustomEvent<Asked>).detail;
    if (requestConfig.verb === "get" && requestConfig.path === url && (xhr.status === 0 || xhr.status >= 502)) isAnswered = false;
  };
  const kinds = ["htmx:sendError", "htmx:timeout", "htmx:responseError"];
  kinds.forEach((kind) => document.addEventListener(kind, lose));
  await htmx.ajax("get", url, where).catch(() => undefined); // also when it was given up for an act
  kinds.forEach((kind) => document.removeEventListener(kind, lose));
  return isAnswered;
}

export { htmx };
