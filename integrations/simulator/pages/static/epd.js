// Refreshes the page when something changed, without moving the reader; and copies the text of a paper case.
"use strict";

const live = document.getElementById("live");

function openDetails() {
  return new Set([...live.querySelectorAll("details[open][id]")].map((one) => one.id));
}

async function refresh() {
  const state = await (await fetch("/api/state")).json();
  const isBusy = live.contains(document.activeElement) && document.activeElement.matches("input, textarea");
  if (!live.dataset.revision || state.revision === live.dataset.revision || isBusy) return;
  const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  const fresh = page.getElementById("live");
  const open = openDetails();
  const focused = document.activeElement?.getAttribute("aria-label");
  fresh.querySelectorAll("details[id]").forEach((one) => { one.open = open.has(one.id); });
  live.replaceChildren(...fresh.childNodes);
  live.dataset.revision = fresh.dataset.revision;
  if (focused) live.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
}

setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, 2000);

document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = "Gekopieerd";
  });
});
