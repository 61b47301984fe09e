// Parts of a page that change by themselves: asked for again while the page is seen, and put in place when they differ.
export function watchLive(enhance) {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  let seen = part.innerHTML;
  let failures = 0;

  async function look() {
    const interval = Number(document.getElementById(part.id)?.dataset.live);
    if (!interval) return;
    if (document.visibilityState === "visible" && !part.matches(":has(:focus-visible)")) {
      try {
        const response = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
        if (!response.ok) throw new Error(String(response.status));
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const fresh = page.getElementById(part.id);
        if (fresh && fresh.innerHTML !== seen) replace(fresh);
        failures = 0;
      } catch {
        failures += 1;
      }
    }
    setTimeout(look, Math.min(60000, interval * 2 ** failures));
  }

  function replace(fresh) {
    seen = fresh.innerHTML;
    const chosen = new Set([...part.querySelectorAll("input:checked")].map((input) => input.value));
    const scroll = part.querySelector(".scroll")?.scrollLeft ?? 0;
    part.replaceChildren(...fresh.childNodes);
    if (fresh.dataset.live) part.dataset.live = fresh.dataset.live;
    else delete part.dataset.live;
    for (const input of part.querySelectorAll("input[type=checkbox]")) input.checked = chosen.has(input.value);
    const scroller = part.querySelector(".scroll");
    if (scroller) scroller.scrollLeft = scroll;
    enhance(part);
  }

  const first = Number(part.dataset.live);
  if (first) setTimeout(look, first);
}
