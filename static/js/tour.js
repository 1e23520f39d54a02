// The tour of the board, over the board itself; loaded only when it runs.
import "./app.js"; // one file with all that the board’s script shares with its parts, instead of many small ones
import { driver } from "driver.js";
import { lookingAs } from "./live/context.js";
import { t } from "./live/words.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const small = matchMedia("(width < 640px)");

// Resolves when the tour was seen to its end, or left.
export function showAround() {
  const steps = places().filter(({ element }) => element !== null);
  const restore = keeper(steps.map(({ element }) => element).filter(Boolean));
  return new Promise((resolve) => {
    const tour = driver({
      steps: steps.map(asStep),
      animate: !still.matches,
      duration: 200,
      overlayColor: "oklch(20% 0.02 260deg)",
      overlayOpacity: 0.6,
      overlayClickBehavior: () => {}, // a click aside is no wish to leave
      stagePadding: 6,
      stageRadius: 14,
      showProgress: true,
      nextBtnText: t("Suivant"),
      prevBtnText: t("Précédent"),
      doneBtnText: t("Terminer"),
      onPopoverRender: (popover) => dress(popover, tour.getActiveIndex(), steps.length),
      onHighlighted: restore,
      onDestroyed: () => {
        restore();
        queueMicrotask(resolve); // after driver.js has given the focus back
      },
    });
    tour.drive();
  });
}

// What is shown, in its order; null is not on this person’s page.
function places() {
  const column = (selector) => inSight(document.querySelector(`.column:not(.folded)${selector}`));
  const own = document.body.classList.contains("may-arrange") || lookingAs ? null : column('[data-column-kind="service"][data-level="edit"]');
  const guide = column('[data-column-kind="guide"]');
  const add = [own, ...document.querySelectorAll(".column:not(.folded)")].map((each) => each?.querySelector(".add")).find((button) => button?.checkVisibility()) ?? null;
  return [
    {
      element: own ?? inSight(document.querySelector(".column:not(.folded)")) ?? undefined,
      title: t("Bienvenue dans Flash News"),
      description: own
        ? t("Voici la colonne de votre service. Vous y publiez en votre nom, aussitôt, sans validation : tous les guichets le lisent.")
        : t("Chaque service a sa colonne. Ce que ses agents y écrivent, tous les guichets le lisent aussitôt."),
    },
    {
      element: guide,
      title: t("D’abord, les règles de la maison"),
      description: t("Ouvrez une règle, lisez-la, puis cliquez sur « J’ai lu ». La colonne dit ce qu’il vous reste à lire ; une règle modifiée revient d’elle-même."),
    },
    {
      element: add,
      title: t("Ajouter une info"),
      description: t("Un titre suffit : la question de l’usager, ou sa réponse en une ligne. Le texte et la date de fin peuvent attendre."),
    },
    {
      element: document.querySelector(".filter"),
      title: t("Trouver la réponse"),
      description: t("Un usager attend : tapez un mot, il ne reste que les infos qui le contiennent."),
    },
    {
      element: document.querySelector(".account"),
      title: t("Votre menu"),
      description: t("Votre profil, le thème, les raccourcis clavier, et le guide d’utilisation, à lire ou à imprimer."),
    },
    {
      element: undefined, // of the whole board, in the middle
      title: t("À vous de jouer"),
      description: t("Commencez par les règles. « Revoir la visite » vous attend dans votre menu et dans l’aide des raccourcis clavier."),
    },
  ];
}

// On a phone a column fills the page: its head stands for it, so that the words fit below.
function inSight(column) {
  return column && small.matches ? column.querySelector(":scope > header") : column;
}

function asStep({ element, title, description }, index, all) {
  const buttons = ["next", index && "previous", index < all.length - 1 && "close"].filter(Boolean);
  return { element, popover: { title, description, showButtons: buttons, align: "center" } };
}

function dress(popover, index, count) {
  popover.wrapper.ariaModal = "true";
  for (const part of [popover.title, popover.footer]) part.setAttribute("role", "presentation"); // else they are the page’s header and footer
  popover.progress.textContent = t("Étape {number} sur {count}", { number: index + 1, count });
  popover.nextButton.classList.add("btn", "primary");
  popover.previousButton.classList.add("btn");
  popover.closeButton.classList.add("btn", "ghost");
  popover.closeButton.removeAttribute("aria-label");
  popover.closeButton.textContent = t("Passer la visite");
  popover.footer.append(popover.closeButton);
  queueMicrotask(() => popover.nextButton.focus()); // driver.js chooses the first button of all
}

// Driver.js makes what it shows the opener of its dialog, which no column is, and takes that away with what stood there before.
function keeper(elements) {
  const kept = elements.flatMap((element) => ["aria-haspopup", "aria-expanded", "aria-controls"].map((name) => [element, name, element.getAttribute(name)]));
  return () => {
    for (const [element, name, value] of kept) {
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
  };
}
