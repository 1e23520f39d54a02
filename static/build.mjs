// Builds the front end into static/dist: hashed names, a manifest, and compressed copies beside the files.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import * as esbuild from "esbuild";

const root = path.dirname(new URL(import.meta.url).pathname);
const dist = path.join(root, "dist");
const compressible = /\.(js|css|svg|webmanifest|map)$/;

// The build before this one stays: pages that are open while the server is upgraded still ask for its files.
const manifestFile = path.join(dist, "manifest.json");
const before = await readFile(manifestFile, "utf8").then((text) => JSON.parse(text).written ?? [], () => []);

// A variable font brings weights that nothing here is written in, and letters that few pages have: half of what it weighs on the way to a browser.
const python = path.join(root, "..", ".venv", "bin", "python");
const narrowFonts = {
  name: "narrow-fonts",
  setup: ({ onResolve, onLoad, resolve }) => {
    onResolve({ filter: /\.woff2\?(french|others)$/ }, async ({ path: address, ...where }) => {
      const [file, part] = address.split("?");
      const { path: font } = await resolve(file, { kind: where.kind, resolveDir: where.resolveDir });
      return { path: font.replace("-latin-", `-${part}-`), namespace: "part-of-font", pluginData: { font, part } };
    });
    onLoad({ filter: /./, namespace: "part-of-font" }, ({ pluginData: { font, part } }) => narrowed(font, part));
    onLoad({ filter: /\.woff2$/ }, ({ path: font }) => narrowed(font));
  },
};
async function narrowed(...font) {
  const { stdout } = await promisify(execFile)(python, [path.join(root, "narrow_font.py"), ...font], { encoding: "buffer", maxBuffer: 2 ** 24 });
  return { contents: stdout, loader: "file" };
}

// An icon is a mask of this size: its class, size and line breaks say nothing in a style sheet, where the licence is said once.
const bareIcons = {
  name: "bare-icons",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.svg$/ }, async ({ path: icon }) => {
      const drawn = await readFile(icon, "utf8");
      const contents = drawn
        .replace(/<!--.*?-->/s, "")
        .replace(/ (class="[^"]*"|width="24"|height="24")/g, " ")
        .replace(/\s+/g, " ")
        .replaceAll(" <", "<")
        .replaceAll("> ", ">")
        .trim();
      return { contents, loader: "dataurl" };
    }),
};

// What Socket.IO’s client could do and nothing here asks for: connecting by WebTransport, sending what is no text, another parser than its own.
const socketAsUsed = {
  name: "socket-as-used",
  setup: ({ onLoad }) => {
    const becomes = (filter, contents) => onLoad({ filter }, () => ({ contents }));
    becomes(/engine\.io-client.*transports.webtransport\.js$/, "export class WT {}");
    becomes(/socket\.io-parser.*esm.is-binary\.js$/, "export const isBinary = () => false, hasBinary = () => false;");
    becomes(/socket\.io-parser.*esm.binary\.js$/, "export const deconstructPacket = (packet) => ({ packet, buffers: [] }), reconstructPacket = (packet) => packet;");
    onLoad({ filter: /socket\.io-client.*esm.manager\.js$/ }, async ({ path: manager }) => ({
      contents: (await readFile(manager, "utf8")).replace(/import \* as parser from (.*);/, "import { Decoder, Encoder } from $1; const parser = { Decoder, Encoder };"),
    }));
  },
};

const common = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  supported: { nesting: true },
  minify: true,
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  plugins: [narrowFonts, bareIcons, socketAsUsed],
  logLevel: "warning",
};

// Apart, so that what the board's script shares with the pages' is not cut into ever more files.
const built = await Promise.all([
  esbuild.build({ ...common, entryPoints: { start: "js/start.js", app: "js/app.js", board: "css/board.css" } }),
  esbuild.build({ ...common, entryPoints: { page: "js/page.js", styles: "css/app.css" } }),
]);

const outputs = built.flatMap(({ metafile }) => Object.entries(metafile.outputs));
const named = (file) => path.basename(file);
const files = {};
for (const [file, output] of outputs) {
  if (!output.entryPoint && !file.endsWith(".woff2")) continue;
  const source = named(file).replace(/-[A-Z0-9]{8}(?=\.)/, "");
  files[source] = named(file);
}
for (const image of await readdir(path.join(root, "img"))) {
  const content = await readFile(path.join(root, "img", image));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  files[image] = image.replace(".", `-${hash}.`);
  await writeFile(path.join(dist, files[image]), content);
}
// All that the board’s script shares with its parts is one file; app.js would be another, of one line that fetches it.
const [shared, ...further] = outputs.find(([, { entryPoint }]) => entryPoint === "js/app.js")[1].imports.filter(({ kind }) => kind === "import-statement");
if (further.length) throw new Error("The board’s script has come into several files.");
const [start, app] = [path.join(dist, files["start.js"]), path.join(dist, files["app.js"])];
await writeFile(start, (await readFile(start, "utf8")).replace(named(app), named(shared.path)));
await rm(app);
files["app.js"] = named(shared.path);

const written = [...new Set([...outputs.map(([file]) => named(file)).filter((file) => file !== named(app)), ...Object.values(files)])];

for (const file of written.filter((name) => compressible.test(name))) {
  const content = await readFile(path.join(dist, file));
  const brotli = await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  await writeFile(path.join(dist, `${file}.br`), brotli);
  await writeFile(path.join(dist, `${file}.gz`), await promisify(gzip)(content, { level: 9 }));
}

await writeFile(manifestFile, JSON.stringify({ files, written }, null, 1));
for (const file of await readdir(dist)) {
  const source = file.replace(/\.(br|gz)$/, "");
  if (source !== "manifest.json" && !written.includes(source) && !before.includes(source)) await rm(path.join(dist, file));
}
