// input[type=file][data-upload="#list"] shows what was chosen: name, size, and what is too big (data-max-mb) or of a kind that is not
// taken (accept). Both are said before anything is sent; the server looks inside the files. What is chosen in one form is sent together:
// more than data-together-mb of it is refused whole, and every file would have to be chosen again.
import { announce, closest, icon, word } from "./page";

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

const ENDS = 8_192; // where a PDF says that it is locked: at its end, or at its beginning when it was made to be read while it comes

/** Whether a PDF is locked. With which password, or whether with none (many a printer locks what may still be read), only opening it says. */
async function isLocked(file: File): Promise<boolean> {
  if (!/\.pdf$/i.test(file.name)) return false;
  const ends = await Promise.all([file.slice(0, ENDS), file.slice(-ENDS)].map((part) => part.text())).catch(() => []);
  return ends.some((text) => /\/Encrypt(?![A-Za-z])/.test(text));
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
  if (!tooBig && !unfit) {
    void isLocked(file).then((locked) => {
      if (!locked) return;
      detail.textContent += ` · ${word("locked")}`;
      item.classList.add("is-locked");
      announce(`${file.name}: ${word("locked")}`);
    });
  }
  item.append(icon(ICONS.find(([ending]) => ending.test(file.name))?.[1] ?? "file-text"), name, detail);
  return item;
}

const chooses = (form: HTMLFormElement | null): HTMLInputElement[] => [...(form?.querySelectorAll<HTMLInputElement>("input[type=file][data-upload]") ?? [])];

function reason(text: string): HTMLLIElement {
  const item = document.createElement("li");
  item.className = "upload-item is-refused";
  item.textContent = text;
  return item;
}

/** What is wrong with what is chosen here, or with all that is chosen in this form. */
function verdict(input: HTMLInputElement, all: File[]): string {
  const limit = Number(input.dataset["maxMb"] ?? 0), together = Number(input.dataset["togetherMb"] ?? 0);
  const files = [...(input.files ?? [])];
  if (files.some((file) => isUnfit(file, input.accept))) return word("unfit-choice");
  if (files.some((file) => isTooBig(file, limit))) return word("too-big-choice", { limit });
  const sum = all.reduce((bytes, file) => bytes + file.size, 0);
  const isTooMuch = files.length > 0 && together > 0 && sum > together * 1_048_576;
  return isTooMuch ? word("too-big-together", { size: size(sum), limit: together }) : "";
}

function show(input: HTMLInputElement): void {
  const list = document.querySelector(input.dataset["upload"] ?? "");
  const limit = Number(input.dataset["maxMb"] ?? 0);
  const files = [...(input.files ?? [])];
  list?.replaceChildren(...files.map((file) => line(file, limit, input.accept)));
  const others = chooses(input.form);
  const all = others.flatMap((one) => [...(one.files ?? [])]);
  others.forEach((one) => one.setCustomValidity(verdict(one, all)));
  if (input.validationMessage && !list?.querySelector(".is-refused")) list?.append(reason(input.validationMessage));
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
