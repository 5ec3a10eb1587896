// input[type=file][data-upload="#list"] shows what was chosen: name, size, and what is too big (data-max-mb) or of a kind that is not
// taken (accept). Both are said before anything is sent; the server looks inside the files.
import { closest, icon, word } from "./page";

const ICONS: [RegExp, string][] = [[/\.pdf$/i, "file-type-pdf"], [/\.(png|jpe?g|tiff?)$/i, "photo"], [/./, "file-text"]];

export function size(bytes: number): string {
  const mega = bytes / 1_048_576;
  return mega >= 1 ? `${mega.toFixed(1).replace(".", ",")} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`;
}

const isTooBig = (file: File, limit: number): boolean => limit > 0 && file.size > limit * 1_048_576;

/** Whether its name ends as one of those that are taken; a field may take all. */
function isUnfit(file: File, accept: string): boolean {
  const endings = accept.split(",").map((ending) => ending.trim().toLowerCase()).filter((ending) => ending.startsWith("."));
  return endings.length > 0 && !endings.some((ending) => file.name.toLowerCase().endsWith(ending));
}

function line(file: File, limit: number, accept: string): HTMLLIElement {
  const item = document.createElement("li");
  const tooBig = isTooBig(file, limit), unfit = isUnfit(file, accept);
  item.className = tooBig || unfit ? "upload-item is-refused" : "upload-item";
  const name = document.createElement("span");
  name.className = "upload-name";
  name.textContent = file.name;
  const detail = document.createElement("span");
  detail.className = "quiet";
  detail.textContent = unfit ? word("unfit") : tooBig ? word("too-big", { size: size(file.size), limit }) : size(file.size);
  item.append(icon(ICONS.find(([ending]) => ending.test(file.name))?.[1] ?? "file-text"), name, detail);
  return item;
}

function show(input: HTMLInputElement): void {
  const list = document.querySelector(input.dataset["upload"] ?? "");
  const limit = Number(input.dataset["maxMb"] ?? 0);
  const files = [...(input.files ?? [])];
  list?.replaceChildren(...files.map((file) => line(file, limit, input.accept)));
  const tooBig = files.some((file) => isTooBig(file, limit)), unfit = files.some((file) => isUnfit(file, input.accept));
  input.setCustomValidity(unfit ? word("unfit-choice") : tooBig ? word("too-big-choice", { limit }) : "");
}

export function startUpload(): void {
  document.addEventListener("change", (event) => {
    const input = closest<HTMLInputElement>(event, "input[type=file][data-upload]");
    if (input) show(input);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => closest(event, ".upload-drop")?.classList.toggle("is-over", kind === "dragover"));
  }
}
