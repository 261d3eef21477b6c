// The row of a chart's table that belongs to a mark, shown at the mark: by pointer or arrow keys.
// Left and right go through the marks in the order of the table, up and down to what lies there.

const SHAPES = "path, line, rect, circle";
const TALL = 80; // a mark of more pixels has what is said of it beside it
const WIDE = 12; // of a row with more cells than this only the mark's own is told

export function tooltips(figure) {
  const table = figure.querySelector("details.data table");
  const rows = table ? rowsOf(table) : [];
  const charts = [...figure.querySelectorAll("svg.chart")];
  for (const chart of charts) describe(figure, chart, rows);
}

function describe(figure, chart, rows) {
  const marks = [...chart.querySelectorAll(SHAPES)].filter((one) => titleOf(one));
  if (!marks.length) return;
  const points = marks.map((mark) => pointOf(mark, rows));
  points.forEach(({ mark }) => mark.querySelector("title").remove()); // else the browser's own shows too
  points.sort(inOrder);
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
    const { mark } = points[place];
    box.replaceChildren(...content(points[place]), ...origin(figure));
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
    if (here >= 0) steps.ArrowUp = beyond(points, here, -1);
    if (here >= 0) steps.ArrowDown = beyond(points, here, 1);
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

function pointOf(mark, rows) {
  const { row, column } = mark.dataset;
  const at = { place: Number(row ?? Infinity), column: column === undefined ? -1 : Number(column) };
  return { mark, text: titleOf(mark), row: rows[row], ...at, ...middle(mark) };
}

function inOrder(one, other) {
  if (one.place !== other.place) return one.place < other.place ? -1 : 1;
  return one.column - other.column || one.x - other.x || one.y - other.y;
}

// The nearest mark above or below; one that lies far to the side only where nothing else does.
function beyond(points, here, way) {
  const from = points[here];
  let best = here;
  let least = Infinity;
  points.forEach(({ x, y }, place) => {
    const down = (y - from.y) * way;
    const far = down + 3 * Math.abs(x - from.x);
    if (down > 1 && far < least) [best, least] = [place, far];
  });
  return best;
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

function content({ text, row, column }) {
  const head = document.createElement("b");
  // A text that says all of its row is not said twice.
  const isAll = row?.every((cell) => text.includes(cell.text));
  head.textContent = isAll ? row[0].text : text;
  if (!row) return [head];
  const list = document.createElement("dl");
  const own = row[column];
  const rest = row.length > WIDE && own ? [row[0], own] : row;
  for (const part of isAll ? rest.slice(1) : rest) {
    if (!part.text) continue;
    const term = document.createElement("dt");
    const cell = document.createElement("dd");
    term.textContent = part.head;
    cell.append(part === own ? strong(part.text) : part.text);
    list.append(term, cell);
  }
  return [head, list];
}

// Whose data these are, where the figure says so in one place for all of its marks.
function origin(figure) {
  if (!figure.dataset.source) return [];
  const line = document.createElement("p");
  line.textContent = figure.dataset.source;
  return [line];
}

function strong(text) {
  const found = document.createElement("strong");
  found.textContent = text;
  return found;
}

function put(box, mark, figure) {
  const at = mark.getBoundingClientRect();
  const around = figure.getBoundingClientRect();
  const middleX = at.left + at.width / 2 - around.left;
  const room = around.width - box.offsetWidth;
  box.style.left = `${Math.max(0, Math.min(room, middleX - box.offsetWidth / 2))}px`;
  const high = at.height > TALL;
  if (high) {
    // Beside a strip as high as the plot, not above it, where the words of the chart are.
    const right = at.right - around.left + 8;
    box.style.left = `${right <= room ? right : Math.max(0, at.left - around.left - box.offsetWidth - 8)}px`;
  }
  const above = high ? at.top - around.top + 12 : at.top - around.top - box.offsetHeight - 10;
  box.style.top = `${above > 0 ? above : at.bottom - around.top + 10}px`;
}
