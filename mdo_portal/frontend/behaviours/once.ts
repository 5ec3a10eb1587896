// What is shown once (recovery codes, a token, an address of a calendar) is the answer to a button. To load it anew would press that
// button again: what somebody just copied or printed would hold no more. So the page stands under the address of the page before it.
export function startOnce(): void {
  const shown = document.querySelector<HTMLElement>("[data-shown-once]");
  if (shown?.dataset.shownOnce) history.replaceState(history.state, "", shown.dataset.shownOnce);
}
