// Tables that the server does not sort: a press on a heading sorts the rows that the page shows, a second one turns them around.
const chosen = new Map();

export function sortTables(root) {
  for (const table of root.querySelectorAll("table.list, table.plain")) {
    const rows = table.tBodies[0]?.rows.length ?? 0;
    if (rows < 2 || table.querySelector("th a, th[aria-sort], tbody [rowspan], tbody [colspan]")) continue;
    const place = table.closest("[id]") ?? document.body;
    const key = `${place.id}/${[...place.querySelectorAll("table")].indexOf(table)}`;
    for (const [column, heading] of [...table.tHead.rows[0].cells].entries()) {
      if (!heading.textContent.trim() || heading.querySelector(".hidden")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sortable";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => {
        const isUp = chosen.get(key)?.column !== column || !chosen.get(key).isUp;
        chosen.set(key, { column, isUp });
        sort(table, column, isUp);
      });
      heading.append(button);
    }
    const before = chosen.get(key);
    if (before) sort(table, before.column, before.isUp);
  }
}

function sort(table, column, isUp) {
  const rows = [...table.tBodies[0].rows];
  const values = new Map(rows.map((row) => [row, value(row.cells[column])]));
  const direction = isUp ? 1 : -1;
  rows.sort((first, second) => {
    const [one, two] = [values.get(first), values.get(second)];
    if (one === null || two === null) return (one === null) - (two === null);
    if (typeof one === "number" && typeof two === "number") return direction * (one - two);
    return direction * String(one).localeCompare(String(two), document.documentElement.lang, { numeric: true });
  });
  table.tBodies[0].append(...rows);
  for (const [number, heading] of [...table.tHead.rows[0].cells].entries()) {
    if (number === column) heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    else heading.removeAttribute("aria-sort");
  }
}

const seconds = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86400, 초: 1, 분: 60, 시간: 3600, 일: 86400 };
const lengths = /^[≤≥ ]*((?:[0-9.]+ ?(?:ms|min|s|h|d|초|분|시간|일) ?)+)$/;

// What a cell is sorted by: its moment, its length of time, its number, or its text; nothing, which comes last, for one
// that is empty.
function value(cell) {
  const time = cell?.querySelector("time[datetime]");
  if (time) return Date.parse(time.getAttribute("datetime"));
  const text = cell?.textContent.trim() ?? "";
  if (!text || cell.querySelector(".absent")) return null;
  const length = text.match(lengths);
  if (length) {
    const parts = [...length[1].matchAll(/([0-9.]+) ?([a-z]+|[가-힣]+)/g)];
    return parts.reduce((sum, [, count, unit]) => sum + Number(count) * seconds[unit], 0);
  }
  if (!cell.classList.contains("number")) return text;
  const match = text.replaceAll(",", "").replace("−", "-").match(/-?[0-9.]+(e[+-]?[0-9]+)?/);
  return match ? Number(match[0]) : text;
}
