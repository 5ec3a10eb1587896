// A page that was itself the answer to a form, and shows what stands at no address (a number, a message, an invitation): back from elsewhere, or
// forward once more, a browser would ask whether to send that form again, on a page of its own. [data-answer-at] says where its form stands:
// there one comes back, and nothing is sent.
import { each } from "./page";

export function startAnswered(): void {
  each("[data-answer-at]", (element) => { history.replaceState(history.state, "", element.dataset["answerAt"]); });
}
