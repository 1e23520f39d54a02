// The text editor (TipTap). Loaded on demand: it is larger than the rest of the board's script.
import { Editor, generateHTML, generateJSON } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { t } from "../lib/i18n.js";

const EXTENSION = StarterKit.configure({
  heading: { levels: [3, 4] },
  trailingNode: false, // merely opening a text that ends with a list would count as an edit
  link: {
    openOnClick: false,
    autolink: true,
    defaultProtocol: "https",
    protocols: ["mailto", "tel"],
    HTMLAttributes: { target: null },
  },
});

const TOOLS = [
  { words: t("Gras"), icon: "bold", active: ["bold"], run: (chain) => chain.toggleBold() },
  { words: t("Italique"), icon: "italic", active: ["italic"], run: (chain) => chain.toggleItalic() },
  { words: t("Souligné"), icon: "underline", active: ["underline"], run: (chain) => chain.toggleUnderline() },
  {
    words: t("Intertitre"),
    icon: "heading",
    active: ["heading", { level: 3 }],
    run: (chain) => chain.toggleHeading({ level: 3 }),
  },
  { words: t("Liste à puces"), icon: "list", active: ["bulletList"], run: (chain) => chain.toggleBulletList() },
  {
    words: t("Liste numérotée"),
    icon: "list-ordered",
    active: ["orderedList"],
    run: (chain) => chain.toggleOrderedList(),
  },
  { words: t("Lien"), icon: "link", active: ["link"], opensLinkForm: true },
  { words: t("Annuler la frappe"), icon: "undo", run: (chain) => chain.undo() },
  { words: t("Rétablir la frappe"), icon: "redo", run: (chain) => chain.redo() },
];

// Return the HTML as this editor writes it, from published HTML or from an editor, so that two texts compare equal when
// only their markup is spelled differently.
export function canonicalHtml(source) {
  if (source instanceof Editor) return source.isEmpty ? "" : source.getHTML();
  return source && generateHTML(generateJSON(source, [EXTENSION]), [EXTENSION]);
}

// Fill `place` with a toolbar and the editable text; return TipTap's editor.
export function createEditor(place, html, onUpdate) {
  const toolbar = document.createElement("div");
  toolbar.className = "toolbar";
  toolbar.setAttribute("role", "toolbar");
  toolbar.setAttribute("aria-label", t("Mise en forme"));
  const linkForm = createLinkForm(() => editor);
  const content = document.createElement("div");
  place.replaceChildren(toolbar, linkForm, content);
  const editor = new Editor({
    element: content,
    extensions: [EXTENSION],
    content: html,
    injectCSS: false,
    editorProps: {
      attributes: {
        class: "tiptap text",
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": t("Texte de l’info"),
      },
    },
  });
  editor.on("update", onUpdate);
  toolbar.append(...TOOLS.map((tool) => createToolButton(tool, editor, linkForm)));
  editor.on("transaction", () => [...toolbar.children].forEach((button) => button.refresh()));
  return editor;
}

function createToolButton({ words, icon, active, run, opensLinkForm }, editor, linkForm) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn ghost icon-only";
  button.title = words;
  button.setAttribute("aria-label", words);
  const mark = document.createElement("span");
  mark.className = `icon icon-${icon}`;
  button.append(mark);
  const act = () => (opensLinkForm ? linkForm.open() : run(editor.chain().focus()).run());
  button.addEventListener("click", act);
  button.refresh = () => active && button.setAttribute("aria-pressed", editor.isActive(...active));
  button.refresh();
  return button;
}

// getEditor: the editor is created after the form that changes its links.
function createLinkForm(getEditor) {
  const row = document.createElement("div");
  row.className = "link-form";
  row.hidden = true;
  const input = document.createElement("input");
  Object.assign(input, { type: "url", placeholder: t("https://… ou adresse de messagerie") });
  input.setAttribute("aria-label", t("Adresse du lien"));
  const apply = () => {
    const href = completeAddress(input.value.trim());
    const chain = getEditor().chain().focus().extendMarkRange("link");
    (href ? chain.setLink({ href }) : chain.unsetLink()).run();
    row.hidden = true;
  };
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn", textContent: t("Appliquer") });
  button.addEventListener("click", apply);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") (event.preventDefault(), apply());
    if (event.key === "Escape") (event.stopPropagation(), (row.hidden = true), getEditor().commands.focus());
  });
  row.append(input, button);
  row.open = () => {
    row.hidden = false;
    input.value = getEditor().getAttributes("link").href ?? "";
    input.focus();
  };
  return row;
}

// Add the scheme that people leave out: mailto: for mail addresses, else https://.
function completeAddress(address) {
  if (!address || /^(https?:|mailto:|tel:|\/cards\/\d+$)/i.test(address)) return address;
  return address.includes("@") ? `mailto:${address}` : `https://${address}`;
}
