// The row of a chart's table that belongs to a mark, shown at the mark: by pointer or arrow keys.

const SHAPES = "path, line, rect, circle";

export function tooltips(figure) {
  const table = figure.querySelector("details.data table");
  if (!table) return;
  const rows = rowsOf(table);
  const charts = [...figure.querySelectorAll("svg.chart")];
  for (const chart of charts) describe(figure, chart, rows);
}

function describe(figure, chart, rows) {
  const marks = [...chart.querySelectorAll(SHAPES)].filter((one) => titleOf(one));
  if (!marks.length) return;
  const points = marks.map((mark) => ({ mark, text: titleOf(mark), row: rows[mark.dataset.row] }));
  points.forEach(({ mark }) => mark.querySelector("title").remove()); // else the browser's own shows too
  points.sort((one, other) => middle(one.mark).x - middle(other.mark).x);
  const box = document.createElement("div");
  box.className = "tooltip";
  box.setAttribute("role", "status");
  box.hidden = true;
  figure.append(box);
  chart.tabIndex = 0;
  chart.setAttribute("focusable", "true");
  let here = -1;

  const show = (place) => {
    here = place;
    const { mark, text, row } = points[place];
    box.replaceChildren(...content(text, row));
    box.hidden = false;
    mark.classList.add("at");
    points.forEach((one) => one.mark !== mark && one.mark.classList.remove("at"));
    put(box, mark, figure);
  };
  const hide = () => {
    here = -1;
    box.hidden = true;
    points.forEach(({ mark }) => mark.classList.remove("at"));
  };
  chart.addEventListener("pointermove", (event) => {
    const place = nearest(points, event.clientX, event.clientY);
    if (place < 0) hide();
    else if (place !== here) show(place);
  });
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("blur", hide);
  chart.addEventListener("keydown", (event) => {
    const last = points.length - 1;
    const steps = { ArrowRight: here + 1, ArrowLeft: here < 0 ? last : here - 1, Home: 0, End: last };
    if (event.key === "Escape") hide();
    if (!(event.key in steps)) return;
    event.preventDefault();
    show(Math.max(0, Math.min(last, steps[event.key])));
  });
}

function titleOf(mark) {
  return mark.querySelector("title")?.textContent ?? "";
}

function middle(mark) {
  const box = mark.getBBox();
  const moved = /translate\(([-\d.]+),\s*([-\d.]+)\)/.exec(mark.getAttribute("transform") ?? "");
  return {
    x: box.x + box.width / 2 + Number(moved?.[1] ?? 0),
    y: box.y + box.height / 2 + Number(moved?.[2] ?? 0),
  };
}

function nearest(points, x, y) {
  let best = -1;
  let least = 26;
  points.forEach(({ mark }, place) => {
    const box = mark.getBoundingClientRect();
    const dx = Math.max(box.left - x, 0, x - box.right);
    const dy = Math.max(box.top - y, 0, y - box.bottom);
    const far = Math.hypot(dx, dy);
    if (far < least) [best, least] = [place, far];
  });
  return best;
}

function rowsOf(table) {
  const heads = [...table.querySelectorAll("thead th")].map((one) => one.textContent.trim());
  return [...table.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map((cell, at) => ({ head: heads[at], text: cell.textContent.trim() })),
  );
}

function content(text, row) {
  const head = document.createElement("b");
  head.textContent = text;
  if (!row) return [head];
  const list = document.createElement("dl");
  for (const { head: name, text: value } of row) {
    if (!value) continue;
    const term = document.createElement("dt");
    const told = document.createElement("dd");
    term.textContent = name;
    told.textContent = value;
    list.append(term, told);
  }
  return [head, list];
}

function put(box, mark, figure) {
  const at = mark.getBoundingClientRect();
  const around = figure.getBoundingClientRect();
  const middleX = at.left + at.width / 2 - around.left;
  const room = around.width - box.offsetWidth;
  box.style.left = `${Math.max(0, Math.min(room, middleX - box.offsetWidth / 2))}px`;
  const above = at.top - around.top - box.offsetHeight - 10;
  box.style.top = `${above > 0 ? above : at.bottom - around.top + 10}px`;
}
