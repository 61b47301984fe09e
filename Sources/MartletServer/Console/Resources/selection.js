// Runs chosen in a table: how many, and the button that compares them.
export function followSelection(root) {
  const button = document.querySelector("button[data-compare]");
  if (!button) return;
  button.dataset.plain ??= button.textContent;

  function count() {
    const chosen = document.querySelectorAll("input[name=run]:checked").length;
    button.disabled = chosen < 2;
    button.textContent = chosen > 1 ? button.dataset.label.replace("{}", String(chosen)) : button.dataset.plain;
    for (const box of document.querySelectorAll("input[name=run]")) {
      box.closest("tr")?.classList.toggle("chosen", box.checked);
    }
  }

  let last = null;
  for (const box of root.querySelectorAll("input[name=run]")) {
    box.addEventListener("click", (event) => {
      const boxes = [...document.querySelectorAll("input[name=run]")];
      if (event.shiftKey && last && boxes.includes(last)) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
      count();
    });
  }
  count();
}
