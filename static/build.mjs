// Build the front end into static/dist: hashed names, a manifest, and compressed copies beside the files.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import * as esbuild from "esbuild";

const root = path.dirname(new URL(import.meta.url).pathname);
const dist = path.join(root, "dist");
const python = path.join(root, "..", ".venv", "bin", "python");
const manifestFile = path.join(dist, "manifest.json");
const COMPRESSIBLE = /\.(js|css|svg|webmanifest|map)$/;

// Subset the fonts: half of their bytes are weights that no style uses and letters that few pages have.
// A query names the part of the alphabet: "….woff2?french" and "….woff2?others" become files of their own.
const subsetFonts = {
  name: "subset-fonts",
  setup: ({ onResolve, onLoad, resolve }) => {
    onResolve({ filter: /\.woff2\?(french|others)$/ }, async ({ path: address, kind, resolveDir }) => {
      const [file, letters] = address.split("?");
      const { path: font } = await resolve(file, { kind, resolveDir });
      const named = font.replace("-latin-", `-${letters}-`);
      return { path: named, namespace: "font-subset", pluginData: { font, letters } };
    });
    onLoad({ filter: /./, namespace: "font-subset" }, ({ pluginData: { font, letters } }) => subset(font, letters));
    onLoad({ filter: /\.woff2$/ }, ({ path: font }) => subset(font));
  },
};

async function subset(...args) {
  const command = [path.join(root, "narrow_font.py"), ...args];
  const { stdout } = await promisify(execFile)(python, command, { encoding: "buffer", maxBuffer: 2 ** 24 });
  return { contents: stdout, loader: "file" };
}

const former = await readManifest();
const outputs = await bundle();
const images = await copyImages();
const files = { ...entries(outputs), ...images };
const written = [...new Set([...outputs.map(([file]) => path.basename(file)), ...Object.values(images)])];
await Promise.all(written.filter((file) => COMPRESSIBLE.test(file)).map(compress));
await writeFile(manifestFile, JSON.stringify({ files, written }, null, 1));
await removeOldBuilds();

async function readManifest() {
  return readFile(manifestFile, "utf8").then(JSON.parse, () => ({ files: {}, written: [] }));
}

// Return esbuild's outputs: [[path, {entryPoint, …}], …].
async function bundle() {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    outdir: dist,
    entryPoints: [
      { in: "js/entries/board.js", out: "board" },
      { in: "js/entries/page.js", out: "page" },
      { in: "css/board.css", out: "board" },
      { in: "css/app.css", out: "styles" },
    ],
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
    loader: { ".svg": "dataurl" },
    plugins: [subsetFonts],
    logLevel: "warning",
  });
  return Object.entries(metafile.outputs);
}

// Map the source names that templates ask for to built names: board.css → board-3F2K7Q9A.css.
function entries(built) {
  const asked = built.filter(([file, { entryPoint }]) => entryPoint || file.endsWith(".woff2"));
  return Object.fromEntries(
    asked.map(([file]) => path.basename(file)).map((name) => [name.replace(/-[A-Z0-9]{8}(?=\.)/, ""), name]),
  );
}

async function copyImages() {
  const copied = {};
  for (const image of await readdir(path.join(root, "img"))) {
    const content = await readFile(path.join(root, "img", image));
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
    copied[image] = image.replace(".", `-${hash}.`);
    await writeFile(path.join(dist, copied[image]), content);
  }
  return copied;
}

async function compress(file) {
  const content = await readFile(path.join(dist, file));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(path.join(dist, `${file}.br`), await promisify(brotliCompress)(content, quality));
  await writeFile(path.join(dist, `${file}.gz`), await promisify(gzip)(content, { level: 9 }));
}

// Keep the build before this one: pages that are open during an upgrade still ask for its files.
async function removeOldBuilds() {
  const kept = new Set(["manifest.json", ...written, ...(former.written ?? [])]);
  for (const file of await readdir(dist)) {
    if (!kept.has(file.replace(/\.(br|gz)$/, ""))) await rm(path.join(dist, file));
  }
}
