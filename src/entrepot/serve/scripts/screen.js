// Filters and keys of a screening. Without scripts all rows are shown, open.

const all = (what) => [...document.querySelectorAll(what)];
const rows = all("tbody.r");
const groups = all("tbody.g");
const more = document.querySelector("#more");
const count = document.querySelector(".cnt");
const input = document.querySelector(".flt input");
const FIRST = 14;
const STEP = 50;
let status = "";
let direction = "";
let words = "";
let current = 0;
let most = FIRST;

const visible = () => rows.filter((row) => !row.hidden);
const groupOf = (row) => row.dataset.st + row.dataset.d;

function mark(scroll) {
  rows.forEach((row) => row.classList.remove("cur"));
  const row = visible()[current];
  if (row) {
    row.classList.add("cur");
    if (scroll) row.scrollIntoView({ block: "nearest" });
  }
}

function apply(stay) {
  const shown = {};
  let total = 0;
  let number = 0;
  const first = !status && !direction && !words && most === FIRST;
  rows.forEach((row) => {
    const fits = (!status || row.dataset.st === status)
      && (!direction || row.dataset.d === direction)
      && (!words || row.dataset.q.includes(words));
    const group = groupOf(row);
    if (fits) total += 1;
    const show = fits && (first ? (shown[group] || 0) < 3 : number < most);
    row.hidden = !show;
    if (show) {
      number += 1;
      shown[group] = (shown[group] || 0) + 1;
    }
  });
  groups.forEach((group) => { group.hidden = !shown[groupOf(group)]; });
  all(".flt [data-f]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.f === status)));
  const said = count.dataset.sayCount.replace("#", number).replace("#", total);
  count.textContent = direction ? `${said} · ${direction}` : said;
  more.hidden = total <= number;
  more.textContent = more.dataset.sayMore.replace("#", Math.min(STEP, total - number));
  current = stay ? Math.min(current, Math.max(visible().length - 1, 0)) : 0;
  mark();
}

function toggle(row) {
  const detail = row.querySelector(".d");
  detail.hidden = !detail.hidden;
  row.classList.toggle("open", !detail.hidden);
  row.querySelector(".ob").setAttribute("aria-expanded", String(!detail.hidden));
}

function choose(kind, way = "") {
  status = kind;
  direction = way;
  most = FIRST;
  apply();
}

function clicked(event) {
  const button = event.target.closest("[data-f]");
  if (button) {
    choose(button.dataset.f, button.dataset.fd);
    if (button.dataset.fd) document.querySelector("#hits").scrollIntoView();
    return;
  }
  const row = event.target.closest("tbody.r");
  if (row && event.target.closest("tr.o")) {
    current = visible().indexOf(row);
    mark();
    toggle(row);
  }
}

const KEYS = {
  0: () => choose(""),
  1: () => choose("listed"),
  2: () => choose("part"),
  3: () => choose("unknown"),
  "/": () => input.focus(),
  j: () => { current = Math.min(current + 1, visible().length - 1); mark(true); },
  k: () => { current = Math.max(current - 1, 0); mark(true); },
  o: () => visible()[current] && toggle(visible()[current]),
  e: () => document.querySelector("a[download]").click(),
  d: () => {
    const ways = ["", ...new Set(rows.map((row) => row.dataset.d))];
    direction = ways[(ways.indexOf(direction) + 1) % ways.length];
    apply();
  },
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === input) {
    if (event.key === "Escape") input.blur();
    return;
  }
  if (event.target.closest("input, textarea, select")) return;
  const key = event.key === "Enter" && !event.target.closest("button, a") ? "o" : event.key.toLowerCase();
  if (Object.hasOwn(KEYS, key)) {
    event.preventDefault();
    KEYS[key]();
  }
}

if (rows.length) {
  rows.forEach(toggle);
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  input.addEventListener("input", () => {
    words = input.value.toLowerCase();
    apply();
  });
  more.addEventListener("click", () => {
    most = visible().length + STEP;
    apply(true);
  });
  apply();
}
