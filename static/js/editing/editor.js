// The text editor (TipTap), loaded only when somebody writes.
import "./app.js"; // one file with all that the board’s script shares with its parts, instead of many small ones
import { Editor, generateHTML, generateJSON } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { t } from "./live/words.js";

const KIT = StarterKit.configure({
  heading: { levels: [3, 4] },
  trailingNode: false, // it would make an edit of merely opening a text that ends with a list
  link: { openOnClick: false, autolink: true, defaultProtocol: "https", protocols: ["mailto", "tel"], HTMLAttributes: { target: null } },
});

// Text as this editor writes it, from published HTML or from an editor: to tell real edits from the spelling of tags.
export function normal(source) {
  if (source instanceof Editor) return source.isEmpty ? "" : source.getHTML();
  return source && generateHTML(generateJSON(source, [KIT]), [KIT]);
}

// Fills `place` with a toolbar and the text.
export function createEditor(place, html, onUpdate) {
  const toolbar = document.createElement("div");
  toolbar.className = "toolbar";
  toolbar.setAttribute("role", "toolbar");
  toolbar.setAttribute("aria-label", t("Mise en forme"));
  const linkForm = makeLinkForm(() => editor);
  const content = document.createElement("div");
  place.replaceChildren(toolbar, linkForm, content);
  const editor = new Editor({
    element: content,
    extensions: [KIT],
    content: html,
    injectCSS: false,
    editorProps: { attributes: { class: "tiptap text", role: "textbox", "aria-multiline": "true", "aria-label": t("Texte de l’info") } },
  });
  editor.on("update", onUpdate);
  toolbar.append(...TOOLS.map((tool) => makeTool(tool, editor, linkForm)));
  editor.on("transaction", () => [...toolbar.children].forEach((button) => button.refresh()));
  return editor;
}

const TOOLS = [
  { words: t("Gras"), icon: "bold", active: ["bold"], run: (chain) => chain.toggleBold() },
  { words: t("Italique"), icon: "italic", active: ["italic"], run: (chain) => chain.toggleItalic() },
  { words: t("Souligné"), icon: "underline", active: ["underline"], run: (chain) => chain.toggleUnderline() },
  { words: t("Intertitre"), icon: "heading", active: ["heading", { level: 3 }], run: (chain) => chain.toggleHeading({ level: 3 }) },
  { words: t("Liste à puces"), icon: "list", active: ["bulletList"], run: (chain) => chain.toggleBulletList() },
  { words: t("Liste numérotée"), icon: "list-ordered", active: ["orderedList"], run: (chain) => chain.toggleOrderedList() },
  { words: t("Lien"), icon: "link", active: ["link"], link: true },
  { words: t("Annuler la frappe"), icon: "undo", run: (chain) => chain.undo() },
  { words: t("Rétablir la frappe"), icon: "redo", run: (chain) => chain.redo() },
];

function makeTool({ words, icon, active, run, link }, editor, linkForm) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn ghost icon-only";
  button.title = words;
  button.setAttribute("aria-label", words);
  const mark = document.createElement("span");
  mark.className = `icon icon-${icon}`;
  button.append(mark);
  button.addEventListener("click", () => (link ? linkForm.open() : run(editor.chain().focus()).run()));
  button.refresh = () => active && button.setAttribute("aria-pressed", editor.isActive(...active));
  button.refresh();
  return button;
}

function makeLinkForm(editorOf) {
  const row = document.createElement("div");
  row.className = "link-form";
  row.hidden = true;
  const input = Object.assign(document.createElement("input"), { type: "url", placeholder: t("https://… ou adresse de messagerie") });
  input.setAttribute("aria-label", t("Adresse du lien"));
  const apply = () => {
    const href = completed(input.value.trim());
    const chain = editorOf().chain().focus().extendMarkRange("link");
    (href ? chain.setLink({ href }) : chain.unsetLink()).run();
    row.hidden = true;
  };
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: t("Appliquer") });
  button.addEventListener("click", apply);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") (event.preventDefault(), apply());
    if (event.key === "Escape") (event.stopPropagation(), (row.hidden = true), editorOf().commands.focus());
  });
  row.append(input, button);
  row.open = () => {
    row.hidden = false;
    input.value = editorOf().getAttributes("link").href ?? "";
    input.focus();
  };
  return row;
}

function completed(address) {
  if (!address || /^(https?:|mailto:|tel:|\/cards\/\d+$)/i.test(address)) return address;
  return address.includes("@") ? `mailto:${address}` : `https://${address}`;
}
