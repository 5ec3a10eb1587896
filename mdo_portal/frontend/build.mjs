// Builds the screens: TypeScript and CSS into mdo_portal/static/dist with hashed names, and manifest.json.
// Run with any node >= 20: `node mdo_portal/frontend/build.mjs` (two seconds).
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const out = join(here, "..", "static", "dist");
const modules = join(root, "node_modules");
const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();

// Our content security policy forbids data: addresses, so pictures inside Tabler's CSS become files.
const tabler = {
  name: "tabler",
  setup(build) {
    const pictures = new Map();
    build.onLoad({ filter: /\.scss$/ }, ({ path }) => {
      const { css } = sass.compile(path, { loadPaths: [join(modules, "@tabler/core/scss")], style: "expanded", quietDeps: true });
      const contents = css.replace(/url\((["'])data:image\/svg\+xml,(.*?)\1\)/g, (_whole, _quote, data) => {
        const svg = decodeURIComponent(data);
        pictures.set(hash(svg), svg);
        return `url("tabler-picture:${hash(svg)}.svg")`;
      });
      return { contents, loader: "css" };
    });
    build.onResolve({ filter: /^tabler-picture:/ }, ({ path }) => ({ path: path.slice("tabler-picture:".length), namespace: "picture" }));
    build.onLoad({ filter: /.*/, namespace: "picture" }, ({ path }) => ({ contents: pictures.get(path.slice(0, -4)), loader: "file" }));
  },
};

function templatesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => path.endsWith(".html") && statSync(path).isFile());
}

// One sprite of the icons that icons.txt lists and of those a template names literally: icon("calendar"), panel(_("…"), "calendar").
function iconNames() {
  const listed = readFileSync(join(here, "icons.txt"), "utf8").split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
  const named = templatesBelow(join(root, "templates")).flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/\b(?:icon\(|panel\(_\("[^"]*"\),)\s*["']([a-z0-9-]+)["']/g)].map((match) => match[1]));
  return [...new Set([...listed, ...named])].sort();
}

function sprite() {
  const symbols = iconNames().map((name) => {
    const file = join(modules, "@tabler/icons/icons/outline", `${name}.svg`);
    if (!existsSync(file)) throw new Error(`no Tabler icon is called "${name}"`);
    const body = readFileSync(file, "utf8").replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/<path stroke="none"[^>]*\/>/, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}

// What we ship of others goes with their licences (the font's asks for it, and it is right).
function licenses() {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(dependencies).map(([name, version]) => {
    const file = readdirSync(join(modules, name)).find((entry) => /^licen[cs]e/i.test(entry));
    const { license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(modules, name, file), "utf8") : ""}`;
  }).join("\n\n----\n\n");
}

function write(name, text) {
  const [stem, ending] = [basename(name, name.slice(name.lastIndexOf("."))), name.slice(name.lastIndexOf("."))];
  const hashed = `${stem}-${hash(text)}${ending}`;
  writeFileSync(join(out, hashed), text);
  return hashed;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const result = await esbuild.build({
  absWorkingDir: here,
  entryPoints: ["core.ts", "room.ts", { in: "css/core.css", out: "core" }, { in: "css/room.css", out: "room" }].map((entry) =>
    typeof entry === "string" ? { in: entry, out: basename(entry, ".ts") } : entry),
  bundle: true, minify: true, sourcemap: process.env.MDO_SOURCEMAP === "1", format: "esm", splitting: true, metafile: true, charset: "utf8",
  target: ["chrome123", "firefox120", "safari17.5"],
  outdir: out, entryNames: "[name]-[hash]", chunkNames: "shared-[hash]", assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" }, plugins: [tabler], legalComments: "linked", logLevel: "warning",
});

const manifest = {};
for (const [path, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  const name = relative(out, join(here, path));
  if (entryPoint) manifest[name.replace(/-[A-Z0-9]{8}(\.\w+)$/, "$1")] = name;
  if (name.endsWith(".woff2")) manifest[name.replace(/-[A-Z0-9]{8}\.woff2$/, ".woff2")] = name;
}
manifest["icons.svg"] = write("icons.svg", sprite());
manifest["favicon.svg"] = write("favicon.svg", readFileSync(join(here, "favicon.svg"), "utf8"));
writeFileSync(join(out, "LICENSES.txt"), licenses());
writeFileSync(join(out, "manifest.json"), JSON.stringify(Object.fromEntries(Object.entries(manifest).sort()), null, 1) + "\n");
console.log(Object.entries(manifest).map(([name, file]) => `${name} ${Math.ceil(statSync(join(out, file)).size / 1024)} kB`).join(", "));
