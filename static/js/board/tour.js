// The guided tour of the board. Loaded on demand.
import { driver } from "driver.js";
import { t } from "../lib/i18n.js";
import { previewedAs } from "../lib/page_context.js";

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const smallScreen = matchMedia("(width < 640px)");
const OPENER_ATTRIBUTES = ["aria-haspopup", "aria-expanded", "aria-controls"];

// Resolves when the tour ends or is left.
export function runTour() {
  const steps = describeSteps().filter(({ element }) => element !== null);
  const restoreAttributes = saveAttributes(steps.map(({ element }) => element).filter(Boolean));
  return new Promise((resolve) => {
    const tour = driver({
      steps: steps.map(asStep),
      animate: !reducedMotion.matches,
      duration: 200,
      overlayColor: "oklch(20% 0.02 260deg)",
      overlayOpacity: 0.6,
      overlayClickBehavior: () => {}, // a click outside does not end the tour
      stagePadding: 6,
      stageRadius: 14,
      showProgress: true,
      nextBtnText: t("Suivant"),
      prevBtnText: t("Précédent"),
      doneBtnText: t("Terminer"),
      onPopoverRender: (popover) => stylePopover(popover, tour.getActiveIndex(), steps.length),
      onHighlighted: restoreAttributes,
      onDestroyed: () => {
        restoreAttributes();
        queueMicrotask(resolve); // after driver.js has restored the focus
      },
    });
    tour.drive();
  });
}

// Steps in order. An element of null is not on this person’s page and is skipped; undefined shows the step centred.
function describeSteps() {
  const column = (selector = "") => spotlight(document.querySelector(`.column:not(.folded)${selector}`));
  const isAgent = !document.body.classList.contains("may-arrange") && !previewedAs;
  const own = isAgent ? column('[data-column-kind="service"][data-level="edit"]') : null;
  const guide = column('[data-column-kind="guide"]');
  const open = [own, ...document.querySelectorAll(".column:not(.folded)")];
  const addButtons = open.map((each) => each?.querySelector(".add"));
  const add = addButtons.find((button) => button?.checkVisibility()) ?? null;
  return [
    {
      element: own ?? column() ?? undefined,
      title: t("Bienvenue dans Flash News"),
      description: own
        ? t(
            "Voici la colonne de votre service. Vous y publiez en votre nom, aussitôt, sans validation : tous les guichets le lisent.",
          )
        : t("Chaque service a sa colonne. Ce que ses agents y écrivent, tous les guichets le lisent aussitôt."),
    },
    {
      element: guide,
      title: t("D’abord, les règles de la maison"),
      description: t(
        "Ouvrez une règle, lisez-la, puis cliquez sur « J’ai lu ». La colonne dit ce qu’il vous reste à lire ; une règle modifiée revient d’elle-même.",
      ),
    },
    {
      element: add,
      title: t("Ajouter une info"),
      description: t(
        "Un titre suffit : la question de l’usager, ou sa réponse en une ligne. Le texte et la date de fin peuvent attendre.",
      ),
    },
    {
      element: document.querySelector(".filter"),
      title: t("Trouver la réponse"),
      description: t("Un usager attend : tapez un mot, il ne reste que les infos qui le contiennent."),
    },
    {
      element: document.querySelector(".account"),
      title: t("Votre menu"),
      description: t(
        "Votre profil, le thème, les raccourcis clavier, et le guide d’utilisation, à lire ou à imprimer.",
      ),
    },
    {
      element: undefined,
      title: t("À vous de jouer"),
      description: t(
        "Commencez par les règles. « Revoir la visite » vous attend dans votre menu et dans l’aide des raccourcis clavier.",
      ),
    },
  ];
}

// On a phone a column fills the page: highlight its head alone, so that the words fit below.
function spotlight(column) {
  return column && smallScreen.matches ? column.querySelector(":scope > header") : column;
}

function asStep({ element, title, description }, index, all) {
  const buttons = ["next", index && "previous", index < all.length - 1 && "close"].filter(Boolean);
  return { element, popover: { title, description, showButtons: buttons, align: "center" } };
}

function stylePopover(popover, index, count) {
  popover.wrapper.ariaModal = "true";
  // A header and a footer outside an article would count as landmarks of the page.
  for (const part of [popover.title, popover.footer]) part.setAttribute("role", "presentation");
  popover.progress.textContent = t("Étape {number} sur {count}", { number: index + 1, count });
  popover.nextButton.classList.add("btn", "primary");
  popover.previousButton.classList.add("btn");
  popover.closeButton.classList.add("btn", "ghost");
  popover.closeButton.removeAttribute("aria-label");
  popover.closeButton.textContent = t("Passer la visite");
  popover.footer.append(popover.closeButton);
  queueMicrotask(() => popover.nextButton.focus()); // driver.js focuses the first button of the popover
}

// Driver.js marks the highlighted element as the opener of its dialog, which no column is, and removes the attributes
// that were there before.
function saveAttributes(elements) {
  const saved = elements.flatMap((element) =>
    OPENER_ATTRIBUTES.map((name) => [element, name, element.getAttribute(name)]),
  );
  return () => {
    for (const [element, name, value] of saved) {
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
  };
}
