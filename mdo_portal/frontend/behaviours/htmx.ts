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
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  const said = xhr.getResponseHeader("X-Error");
  if (said) toast("error", decodeURIComponent(said));
  else if (xhr.status === 401) { if (!lookAgain()) toast("warning", word("signed-out")); }
  else if (xhr.status === 403 || xhr.status === 404) toast("error", word("not-allowed"));
  else toast("error", word("server-error"));
});

export { htmx };
