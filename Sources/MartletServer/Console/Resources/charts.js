// The numbers of a curve under the pointer.
const space = "http://www.w3.org/2000/svg";

function element(name, attributes, text) {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

export function followPointers(root) {
  for (const chart of root.querySelectorAll("svg[data-chart]")) {
    const data = JSON.parse(chart.dataset.chart);
    const layer = chart.querySelector(".pointer");
    chart.addEventListener("pointermove", (event) => show(chart, data, layer, event));
    chart.addEventListener("pointerleave", () => layer.setAttribute("hidden", ""));
  }
  for (const strand of root.querySelectorAll(".strand, .scatter [data-run]")) {
    strand.addEventListener("pointerenter", () => mark(strand.dataset.run, true));
    strand.addEventListener("pointerleave", () => mark(strand.dataset.run, false));
  }
  for (const head of root.querySelectorAll("th[data-run]")) {
    head.addEventListener("pointerenter", () => mark(head.dataset.run, true));
    head.addEventListener("pointerleave", () => mark(head.dataset.run, false));
  }
}

function mark(run, isMarked) {
  for (const other of document.querySelectorAll("[data-run]")) {
    if (other.dataset.run === run) {
      other.classList.toggle("marked", isMarked);
      if (isMarked && other.matches(".strand")) other.parentNode.append(other);
    }
  }
  for (const chart of document.querySelectorAll(".parallel, .scatter")) chart.classList.toggle("has-marked", isMarked);
}

function show(chart, data, layer, event) {
  const box = chart.getBoundingClientRect();
  const view = chart.viewBox.baseVal;
  const place = ((event.clientX - box.left) / box.width) * view.width;
  const found = data.series.map((series) => nearest(series.points, place));
  const best = found.filter(Boolean).sort((a, b) => Math.abs(a[0] - place) - Math.abs(b[0] - place))[0];
  if (!best) return;
  layer.replaceChildren(element("line", { class: "hair", x1: best[0], x2: best[0], y1: data.top, y2: data.bottom }));
  const lines = [];
  found.forEach((point, index) => {
    if (!point || point[1] === null || Math.abs(point[0] - best[0]) > 6) return;
    layer.append(element("circle", { class: `dot s${data.series[index].colour}`, cx: point[0], cy: point[1], r: 3.5 }));
    lines.push({ text: point[3], name: data.series[index].name, style: `s${data.series[index].colour}` });
  });
  const width = 18 + 6.8 * Math.max(8, ...lines.map((line) => Math.min(34, line.name.length) + line.text.length + 2));
  const left = best[0] + 12 + width > data.right ? best[0] - 12 - width : best[0] + 12;
  const box2 = element("g", { transform: `translate(${Math.max(2, left)} ${data.top + 4})` });
  box2.append(element("rect", { class: "tip", width, height: 24 + 17 * lines.length, rx: 6 }));
  box2.append(element("text", { class: "tip-head", x: 10, y: 17 }, best[2]));
  lines.forEach((line, index) => {
    const name = line.name.length > 34 ? `…${line.name.slice(-33)}` : line.name;
    box2.append(element("circle", { class: `dot ${line.style}`, cx: 13, cy: 30 + 17 * index, r: 3 }));
    box2.append(element("text", { class: "tip-name", x: 22, y: 34 + 17 * index }, name));
    box2.append(element("text", { class: "tip-value", x: width - 10, y: 34 + 17 * index, "text-anchor": "end" }, line.text));
  });
  layer.append(box2);
  layer.removeAttribute("hidden");
}

function nearest(points, place) {
  let low = 0;
  let high = points.length - 1;
  if (high < 0) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < place) low = middle;
    else high = middle;
  }
  return Math.abs(points[low][0] - place) < Math.abs(points[high][0] - place) ? points[low] : points[high];
}
