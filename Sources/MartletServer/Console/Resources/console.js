// What every page does: times in the reader's own zone, copying, keys, live parts.
import { showTimes } from "./times.js";
import { watchLive } from "./live.js";
import { followPointers } from "./charts.js";
import { followSelection } from "./selection.js";
import { sortTables } from "./sort.js";

// Links that MLflow clients print, such as /#/experiments/1/runs/abc, lead to the same things here.
const old = location.hash.match(/^#\/(experiments|models)\/([^/]+)(?:\/(runs|versions)\/([^/?]+))?/);
if (old) {
  const [, kind, name, , part] = old;
  if (kind === "experiments") location.replace(part ? `/console/runs/${part}` : `/console/experiments/${name}`);
  else location.replace(part ? `/console/models/${name}/versions/${part}` : `/console/models/${name}`);
}

export function enhance(root) {
  showTimes(root);
  followPointers(root);
  followSelection(root);
  sortTables(root);
  for (const place of root.querySelectorAll("[data-origin]")) place.textContent = location.origin;
}

enhance(document);
watchLive(enhance);
// On a narrow screen the links scroll; the one of this page is shown.
const here = document.querySelector(".top nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 24;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("copied");
      setTimeout(() => button.classList.remove("copied"), 1200);
    } catch {
      getSelection().selectAllChildren(button);
    }
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

for (const form of document.querySelectorAll("form[data-submit]")) {
  form.addEventListener("change", () => form.submit());
}

const places = {
  o: "/console", e: "/console/experiments", m: "/console/models", n: "/console/endpoints", d: "/console/data",
  p: "/console/pipelines", q: "/console/quality", l: "/console/ledger",
};
let isGoing = false;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (event.target.id === "filter") event.target.blur();
  }
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isGoing && places[event.key]) location.assign(places[event.key]);
  isGoing = event.key === "g";
  if (event.key === "/") {
    const field = document.getElementById("filter");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("a.row-link")];
    const here = links.indexOf(document.activeElement);
    const next = links[here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)];
    next?.focus();
  }
});
