// input[type=file][data-upload="#list"] shows what was chosen: name, size, and what is too big (data-max-mb).
import { closest, icon, word } from "./page";

const ICONS: [RegExp, string][] = [[/\.pdf$/i, "file-type-pdf"], [/\.(png|jpe?g|tiff?)$/i, "photo"], [/./, "file-text"]];

export function size(bytes: number): string {
  const mega = bytes / 1_048_576;
  return mega >= 1 ? `${mega.toFixed(1).replace(".", ",")} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`;
}

function line(file: File, limit: number): HTMLLIElement {
  const item = document.createElement("li");
  const tooBig = limit > 0 && file.size > limit * 1_048_576;
  item.className = tooBig ? "upload-item is-refused" : "upload-item";
  const name = document.createElement("span");
  name.className = "upload-name";
  name.textContent = file.name;
  const detail = document.createElement("span");
  detail.className = "quiet";
  detail.textContent = tooBig ? word("too-big", { size: size(file.size), limit }) : size(file.size);
  item.append(icon(ICONS.find(([ending]) => ending.test(file.name))?.[1] ?? "file-text"), name, detail);
  return item;
}

function show(input: HTMLInputElement): void {
  const list = document.querySelector(input.dataset["upload"] ?? "");
  const limit = Number(input.dataset["maxMb"] ?? 0);
  const files = [...(input.files ?? [])];
  list?.replaceChildren(...files.map((file) => line(file, limit)));
  const refused = limit > 0 && files.some((file) => file.size > limit * 1_048_576);
  input.setCustomValidity(refused ? word("too-big-choice", { limit }) : "");
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
