// Builds static/dist: bundles named by their content's hash, the font, the icons, and manifest.json that tells their names.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const dist = path.join(root, "static/dist");
const fromModules = (/** @type {string[]} */ ...parts) => path.join(root, "node_modules", ...parts);

// Interface icons (Lucide), by the name the templates and scripts use them under.
const INTERFACE_ICONS = [
  "search", "layers", "calendar-days", "plus", "minus", "locate-fixed", "x", "chevron-up", "chevron-down", "chevron-left", "chevron-right",
  "sun", "moon", "sun-moon", "languages", "map-pin", "triangle-alert", "wifi-off", "link", "check", "map", "info",
  "printer", "rotate-ccw", "columns-2", "ruler", "list", "square-mouse-pointer", "bookmark", "wrench", "trash-2",
  "pencil", "copy", "download", "upload", "undo-2", "arrow-up", "menu", "star", "message-square", "file-text",
  "loader-circle", "history", "share-2", "image", "circle-user-round", "key-round", "smartphone", "log-out", "rss",
  "camera", "eye-off",
];

/** @param {string} svg @returns {{inner: string, box: string}} */
function takeApart(svg) {
  const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1] ?? "";
  const box = /viewBox="([^"]+)"/.exec(svg)?.[1] ?? "0 0 24 24";
  return { inner: inner.replace(/\s*\n\s*/g, " ").trim(), box };
}

async function readStyle() {
  return JSON.parse(await readFile(path.join(root, "layers/style.json"), "utf8"));
}

/** @param {any} style @returns {string[]} */
function mapIconNames(style) {
  const named = [...Object.values(style.domains), ...Object.values(style.layers)].map((each) => each.icon);
  return [...new Set([...named, ...style.icons])].sort();
}

/** @param {string} name such as `maki:bus` */
async function readMapIcon(name) {
  const [set, file] = name.split(":");
  const folder = set === "maki" ? ["@mapbox/maki"] : ["@rapideditor/temaki"];
  return takeApart(await readFile(fromModules(...folder, "icons", `${file}.svg`), "utf8"));
}

/** The map's icons as paths in a box of 15, for drawing on canvas: {"maki:bus": ["M…", …]}. */
async function mapIconPaths() {
  /** @type {Record<string, string[]>} */
  const icons = {};
  for (const name of mapIconNames(await readStyle())) {
    const { inner } = await readMapIcon(name);
    icons[name] = [...inner.matchAll(/\bd="([^"]+)"/g)].map((found) => found[1].replace(/&#x[0-9A-F]+;|\s+/gi, " ").trim());
    if (!icons[name].length) throw new Error(`the icon ${name} has no path`);
  }
  return icons;
}

const mapIconsPlugin = {
  name: "map-icons",
  setup(/** @type {import("esbuild").PluginBuild} */ building) {
    building.onResolve({ filter: /^virtual:map-icons$/ }, () => ({ path: "map-icons", namespace: "virtual" }));
    building.onLoad({ filter: /.*/, namespace: "virtual" }, async () => ({
      contents: JSON.stringify(await mapIconPaths()),
      loader: "json",
    }));
  },
};

// What nobody calls is left out. Leaflet: its ES module, since the one its package names cannot be pruned. The tile
// library: from the sources in its package, whose modules, unlike its bundle, can be left out one by one (its styles,
// its own Leaflet layer). pmtiles: only the name is asked for, as our tiles come by address (see tile-source.js).
const pruningPlugin = {
  name: "pruning",
  setup(/** @type {import("esbuild").PluginBuild} */ building) {
    const sources = fromModules("protomaps-leaflet/src");
    building.onResolve({ filter: /^leaflet$/ }, () => ({ path: fromModules("leaflet/dist/leaflet-src.esm.js") }));
    building.onResolve({ filter: /^protomaps-leaflet$/ }, () => ({ path: path.join(sources, "index.ts"), sideEffects: false }));
    building.onResolve({ filter: /^\./ }, ({ path: asked, importer }) =>
      importer.startsWith(sources) ? { path: `${path.resolve(path.dirname(importer), asked)}.ts`, sideEffects: false } : undefined,
    );
    building.onResolve({ filter: /^pmtiles$/ }, () => ({ path: "pmtiles", namespace: "unused", sideEffects: false }));
    building.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "export class PMTiles {}" }));
  },
};

/** The same colours for pages: `[data-land-use="park"]` and `[data-zone-group="mixed"]` set --hue, by light and dark. */
async function colourRules() {
  const style = await readStyle();
  const rules = (/** @type {0 | 1} */ shade, /** @type {string} */ root) =>
    [["land-use", style.land_use], ["zone-group", { ...style.zone_groups, ...style.zone_unsorted }], ["domain", style.domains], ["permit-group", style.permits]]
      .flatMap(([name, each]) => Object.entries(each).map(([code, look]) => `${root}[data-${name}="${code}"]{--hue:${look.colour[shade]}}`))
      .join("\n");
  const byMachine = `@media (prefers-color-scheme: dark){${rules(1, ':root:not([data-scheme="light"]) ')}}`;
  return `${rules(0, "")}\n${byMachine}\n${rules(1, ':root[data-scheme="dark"] ')}`;
}

const coloursPlugin = {
  name: "colours",
  setup(/** @type {import("esbuild").PluginBuild} */ building) {
    building.onResolve({ filter: /^virtual:colours$/ }, () => ({ path: "colours", namespace: "colours" }));
    building.onLoad({ filter: /.*/, namespace: "colours" }, async () => ({ contents: await colourRules(), loader: "css" }));
  },
};

/** @param {string} name @param {string} text @returns {Promise<string>} the hashed file's name */
async function writeHashed(name, text) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const file = `${stem}-${hash}${ext}`;
  await writeFile(path.join(dist, file), text);
  return file;
}

/** Sprites of <symbol>s: Lucide's, which every page fetches; the map's, from which only the server draws (maki-bus). */
async function buildSprites() {
  const symbols = [];
  for (const name of INTERFACE_ICONS) {
    const { inner, box } = takeApart(await readFile(fromModules("lucide-static/icons", `${name}.svg`), "utf8"));
    const stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
    symbols.push(`<symbol id="${name}" viewBox="${box}" ${stroke}>${inner}</symbol>`);
  }
  const onMaps = [];
  for (const name of mapIconNames(await readStyle())) {
    const { inner, box } = await readMapIcon(name);
    onMaps.push(`<symbol id="${name.replace(":", "-")}" viewBox="${box}" fill="currentColor">${inner}</symbol>`);
  }
  const sprite = (/** @type {string[]} */ all) => `<svg xmlns="http://www.w3.org/2000/svg">${all.join("")}</svg>\n`;
  return {
    "icons.svg": await writeHashed("icons.svg", sprite(symbols)),
    "map-icons.svg": await writeHashed("map-icons.svg", sprite(onMaps)),
  };
}

/** The font by scripts, where static/css/tokens.css looks for it; cut again only when the font or the cutter is another. */
async function cutFonts() {
  const source = fromModules("vazirmatn/fonts/webfonts/Vazirmatn[wght].woff2");
  const cutter = path.join(root, "script/lib/subset_fonts.py");
  const folder = path.join(root, "static/fonts");
  const cutFrom = createHash("sha256").update(await readFile(source)).update(await readFile(cutter)).digest("hex");
  const before = await readFile(path.join(folder, ".cut-from"), "utf8").catch(() => "");
  if (before === cutFrom) return;
  execFileSync(path.join(root, ".venv/bin/python"), [cutter, source, folder], { stdio: ["ignore", "ignore", "inherit"] });
  await writeFile(path.join(folder, ".cut-from"), cutFrom);
}

/** The map's script in parts, of which the rarely used are fetched when asked for; a page's in one piece. */
async function bundle() {
  const map = await bundleOf({ app: "static/js/main.js" }, { splitting: true });
  const entries = { page: "static/js/page.js", account: "static/js/account.js", documents: "static/js/documents.js", surveys: "static/js/surveys.js", applying: "static/js/applying.js", inspecting: "static/js/inspecting.js", style: "static/css/app.css", casework: "static/css/casework.css", leaflet: "static/css/leaflet.css" };
  const pages = await bundleOf(entries, {});
  return { inputs: { ...map.inputs, ...pages.inputs }, outputs: { ...map.outputs, ...pages.outputs } };
}

/** @param {Record<string, string>} entries @param {import("esbuild").BuildOptions} options */
async function bundleOf(entries, options) {
  const result = await build({
    ...options,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, path.join(root, file)])),
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome100", "firefox100", "safari15.4"],
    outdir: dist,
    entryNames: "[name]-[hash]",
    chunkNames: "parts/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    loader: { ".woff2": "file", ".png": "file" },
    sourcemap: process.argv.includes("--sourcemap"),
    metafile: true,
    legalComments: "linked",
    plugins: [mapIconsPlugin, pruningPlugin, coloursPlugin],
    logLevel: "warning",
  });
  return result.metafile;
}

/** The service worker, last: it knows every file of the build, so that it can drop those of an earlier one. @param {string[]} files */
async function buildWorker(files) {
  const built = {
    name: "built",
    setup(/** @type {import("esbuild").PluginBuild} */ building) {
      building.onResolve({ filter: /^virtual:built$/ }, () => ({ path: "built", namespace: "built" }));
      building.onLoad({ filter: /.*/, namespace: "built" }, () => ({ contents: JSON.stringify(files), loader: "json" }));
    },
  };
  const entryPoints = [path.join(root, "static/js/service-worker.js")];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: "iife", target: "es2022", write: false, plugins: [built] });
  return writeHashed("service-worker.js", outputFiles[0].text);
}

/** @param {import("esbuild").Metafile} metafile @returns {Record<string, string>} */
function bundleNames(metafile) {
  const logical = { "static/js/main.js": "app.js", "static/js/page.js": "page.js", "static/css/app.css": "app.css", "static/css/casework.css": "casework.css", "static/css/leaflet.css": "leaflet.css", "static/js/account.js": "account.js", "static/js/documents.js": "documents.js", "static/js/surveys.js": "surveys.js", "static/js/applying.js": "applying.js", "static/js/inspecting.js": "inspecting.js" };
  /** @type {Record<string, string>} */
  const names = {};
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const name = logical[/** @type {keyof typeof logical} */ (output.entryPoint ?? "")];
    if (name) names[name] = path.relative(dist, path.join(root, file));
    // What it imports at once: the page asks for it together with it (see asset_parts in webmap/assets.py).
    const parts = name?.endsWith(".js") ? output.imports.filter(({ kind }) => kind === "import-statement") : [];
    parts.forEach((part, at) => (names[`${name}#${at}`] = path.relative(dist, path.join(root, part.path))));
    const font = file.endsWith(".woff2") && Object.keys(output.inputs)[0];
    if (font) names[path.basename(font)] = path.relative(dist, path.join(root, file));
  }
  return names;
}

// What an earlier build left goes only after the new one stands; a running server goes on telling of the last one.
async function builtBefore() {
  const told = await readFile(path.join(dist, "manifest.json"), "utf8").catch(() => "{}");
  return Object.values(/** @type {Record<string, string>} */ (JSON.parse(told))).flatMap((file) => [file, `${file}.gz`]);
}

async function removeOld(/** @type {Set<string>} */ kept) {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.relative(dist, path.join(entry.parentPath ?? entry.path, entry.name));
    if (!kept.has(file)) await rm(path.join(dist, file));
  }
}

// Packed once here rather than at each request: the server sends a third of the bytes for nothing.
async function packAll(/** @type {Set<string>} */ files) {
  const packed = [];
  for (const file of files) {
    if (!/\.(js|css|svg)$/.test(file)) continue;
    await writeFile(path.join(dist, `${file}.gz`), gzipSync(await readFile(path.join(dist, file)), { level: 9 }));
    packed.push(`${file}.gz`);
  }
  return packed;
}

await mkdir(dist, { recursive: true });
const before = await builtBefore();
await cutFonts();
const metafile = await bundle();
const favicon = await readFile(path.join(root, "static/icons/favicon.svg"), "utf8");
/** @type {Record<string, string>} */
const manifest = {
  ...bundleNames(metafile),
  ...(await buildSprites()),
  "favicon.svg": await writeHashed("favicon.svg", favicon),
};
const outputs = Object.keys(metafile.outputs).map((file) => path.relative(dist, path.join(root, file)));
const addresses = [...new Set([...outputs, ...Object.values(manifest)])].sort().map((file) => `/static/${file}`);
manifest["service-worker.js"] = await buildWorker(addresses);
await writeFile(path.join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
const written = [...outputs, ...Object.values(manifest)];
await removeOld(new Set([...before, ...written, "manifest.json", ...(await packAll(new Set(written)))]));
process.stdout.write(`static/dist: ${Object.values(manifest).join(", ")}\n`);
