// The reading desk: every number of a text, what it is said to be, and its verdict at once.
// On a server it sends the text there to be read and tested; in a file it has what was found when
// the file was made. Words of a text are put in as text, never as markup.
(() => {
"use strict";

const root = document.getElementById("desk");
const held = document.getElementById("sheet");
const server = root.dataset.tests || "";

const ICONS = {
  inconsistent: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  differs: "M3 5.8h10M3 10.2h10M10.4 2.5l-4.8 11",
  not_enough_evidence: "M5 5.6a3 3 0 1 1 4.3 2.9c-.9.5-1.3 1-1.3 1.9M8 13.4v.1",
  quoted_source_only: "M6.4 4.2C4.6 5 3.6 6.4 3.6 8.4v3h3v-3H5.2M12.6 4.2c-1.8.8-2.8 2.2-2.8 4.2v3h3v-3h-1.4",
  supported: "M3 8.5l3.2 3.3L13 4.5",
};
const NAMES = {
  inconsistent: ["Inconsistent", "inconsistent", "inconsistent"],
  differs: ["Differs from the evidence", "differs from the evidence", "differ from the evidence"],
  not_enough_evidence: ["Not enough evidence", "without enough evidence", "without enough evidence"],
  quoted_source_only: ["Matches the quoted source only", "matches the quoted source only", "match the quoted source only"],
  supported: ["Supported", "supported", "supported"],
};
const ORDER = Object.keys(ICONS);
const STATES = {
  tested: "interpreted and tested",
  unsure: "interpreted, a field open",
  unread: "not interpreted",
  nota: "not a trade figure",
};
const FIELDS = {
  measure: "Measure",
  importer: "Importer",
  exporter: "Exporter",
  flow: "Direction",
  goods: "Goods",
  period: "Period",
  base: "Compared with",
  counted: "Counted in",
  attributed_to: "Attributed to",
  says: "As published",
};
const MEASURES = {
  value: "value of trade",
  growth: "growth",
  import_share: "share of imports",
  export_share: "share of exports",
  trade_share: "share of trade",
  balance: "trade balance",
  change_import_share: "change of a share of imports",
  change_export_share: "change of a share of exports",
  change_trade_share: "change of a share of trade",
  rank_suppliers: "rank among suppliers",
  rank_buyers: "rank among buyers",
  price_growth: "growth of prices",
  quantity_growth: "growth of quantities",
  hhi: "supplier concentration (HHI)",
  ratio: "ratio of two flows",
  sum: "sum of flows",
  gdp: "gross domestic product",
  gdp_share: "trade as a share of GDP",
  cr: "share of the largest suppliers",
  asymmetry: "asymmetry of dependence",
};
const BUILT = ["value", "growth", "import_share", "export_share", "trade_share", "balance",
  "change_import_share", "change_export_share", "change_trade_share", "rank_suppliers",
  "rank_buyers", "price_growth", "quantity_growth", "hhi"];
const QUESTIONS = {
  measure: "What is it a number of?",
  importer: "Who imports?",
  exporter: "Who exports?",
  flow: "One direction, or both?",
  goods: "Which goods?",
  period: "Which period?",
  base: "Compared with which period?",
  counted: "Which currency? The sentence names none, and the verdict may depend on it.",
};
const TRIED = ["importer", "exporter", "period", "counted"]; // questions whose answers a file has verdicts for
const MONEY = { USD: "US dollars", CNY: "yuan", EUR: "euro", RUB: "roubles", tonnes: "tonnes", items: "items" };
const CERTAINTY = { stated: 4, inferred: 3, "best guess": 2, open: 0, you: 4 };
const KEYS = [
  ["j", "J", "next"], ["k", "K", "previous"], ["n", "N", "next open"], ["1", "1–9", "answer the open question"],
  ["a", "A", "accept"], ["A", "⇧A", "accept all complete"], ["c", "C", "change"], ["s", "S", "skip"],
  ["x", "X", "not a trade figure"], ["y", "Y", "same for the sentence"], ["z", "Z", "undo"],
  ["t", "T", "take the selected words as a number"],
  ["w", "W", "save claims"], ["m", "M", "note"], ["?", "?", "help"],
];

// Small helpers

function h(tag, props, ...kids) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== "list" && typeof value !== "string") made[key] = value;
    else made.setAttribute(key === "className" ? "class" : key, value === true ? "" : value);
  }
  made.append(...kids.flat(9).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return made;
}

function icon(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("viewBox", "0 0 16 16");
  made.setAttribute("class", "ic");
  made.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name] || ICONS.not_enough_evidence);
  made.append(path);
  return made;
}

const chip = (verdict, words, extra = "") =>
  h("span", { class: `chip v-${verdict} ${extra}` }, icon(verdict), words || NAMES[verdict][0]);

function hash(text) { // 53 bits, for names in this browser's own storage
  let one = 0xdeadbeef, two = 0x41c6ce57;
  for (const sign of text) {
    const code = sign.codePointAt(0);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (4294967296 * (2097151 & two) + (one >>> 0)).toString(36);
}

const stored = (where, key, fallback) => {
  try { return JSON.parse(where.getItem(key)) ?? fallback; } catch { return fallback; }
};
const store = (where, key, value) => {
  try { where.setItem(key, JSON.stringify(value)); } catch { /* full, or not allowed: nothing is kept */ }
};

// What is on the desk

const CHOICES = "entrepot-desk-choices", SETTINGS = "entrepot-desk-keys", TEXT = "entrepot-desk-text";
const MOST_KEPT = 2000;
let sheet = null, chars = [], marks = {}, sel = 0, editing = null, full = false, results = false, apply_same = true;
let history = [], skipped = [], tried = {}, testing = false, again = false, slow = null, failed = "";
let lettersOff = stored(localStorage, SETTINGS, false);
const live = h("p", { class: "unseen", role: "status" });
const parts = {};

const numbers = () => sheet.numbers;
const number = (index) => sheet.numbers[index - 1];
const mark = (index) => marks[index] || (marks[index] = { edits: {} });

function measureOf(claim) {
  const kind = Object.keys(MEASURES).find((one) => claim && typeof claim[one] === "object");
  if (claim && claim.change) return `change_${Object.keys(claim.change.of)[0]}`;
  if (claim && claim.rank) return `rank_${claim.rank.among}`;
  return kind;
}

function innermost(keys) {
  let at = keys;
  while (at && !("period" in at)) at = Array.isArray(at.of) ? at.of[0] : Object.values(at).find((one) => one && typeof one === "object");
  return at || {};
}

function base(n) { // fields as they were read: value, certainty, candidates
  if (n.base) return n.base;
  const found = {};
  const f = n.fields;
  const put = (key, value, certainty, candidates = []) => { found[key] = { value: value || "", certainty, candidates }; };
  const copy = (key) => { const one = f[key]; put(key, one?.value, one?.certainty || (n.claim ? "stated" : "open"), one?.candidates); };
  ["measure", "importer", "exporter", "flow", "goods", "period", "base"].forEach(copy);
  const kind = measureOf(n.claim);
  if (kind) found.measure.value = kind;
  if (n.claim && !f.goods) put("goods", "all", "best guess");
  else if (!f.goods) put("goods", "all", "best guess");
  if (!f.flow) put("flow", "one_way", n.claim ? "stated" : "best guess");
  if (!f.base) put("base", "", "stated");
  const quantity = f.quantity?.value;
  if (quantity === "mass" || quantity === "items") put("counted", quantity === "mass" ? "tonnes" : "items", f.quantity.certainty);
  else put("counted", f.currency?.value, f.currency?.certainty || "stated", f.currency?.candidates);
  put("attributed_to", f.attributed_to?.value, f.attributed_to?.certainty || "stated", f.attributed_to?.candidates);
  put("says", n.claim?.says || n.says, "stated");
  n.base = found;
  return found;
}

function fieldOf(n, key) {
  const edits = marks[n.index]?.edits || {};
  return key in edits ? { value: edits[key], certainty: "you", candidates: [] } : base(n)[key];
}

function questionOf(n) {
  const edits = marks[n.index]?.edits || {};
  for (const key of Object.keys(QUESTIONS)) {
    const field = base(n)[key];
    if (key in edits || !field.candidates.length || field.certainty === "stated") continue;
    const options = [...new Set([field.value, ...field.candidates].filter(Boolean))];
    if (options.length > 1) return { key, options: options.slice(0, 9), text: QUESTIONS[key] };
  }
  return null;
}

const openKeys = (n) => Object.keys(FIELDS).filter((key) => {
  const field = fieldOf(n, key);
  return field.certainty === "open" || (field.candidates.length && field.certainty !== "stated");
});

function claimOf(n, answers = {}) { // an entry of a claims file without id; null where a key is missing
  const made = entryOf(n, answers);
  const seen = marks[n.index]?.done || changed(n) || Object.keys(answers).length;
  if (made && seen) delete made.read_once; // a person has compared it with its sentence
  return made;
}

function entryOf(n, answers) {
  const edits = { ...(marks[n.index]?.edits || {}), ...answers };
  const value = (key) => (key in edits ? edits[key] : base(n)[key].value);
  if (n.claim && (!("measure" in edits) || edits.measure === base(n).measure.value)) {
    const made = structuredClone(n.claim);
    const kind = Object.keys(made).find((key) => made[key] && typeof made[key] === "object");
    for (const [key, said] of Object.entries(edits)) patch(made, kind, key, said);
    return made;
  }
  const measure = value("measure"), period = value("period");
  if (!BUILT.includes(measure) || !period) return null;
  const keys = {};
  for (const key of ["importer", "exporter", "goods"]) if (value(key) && value(key) !== "all") keys[key] = value(key);
  if (!keys.importer && !keys.exporter) return null;
  if (value("flow") === "both" && !["balance", "hhi"].includes(measure)) keys.flow = "both";
  keys.period = period;
  count(keys, value("counted"));
  const made = { quote: n.quote };
  if (measure.startsWith("change_")) {
    if (!value("base")) return null;
    made.change = { of: { [measure.slice(7)]: keys }, base: value("base") };
  } else if (measure.startsWith("rank_")) made.rank = { ...keys, among: measure.slice(5) };
  else {
    if (value("base") && measure.endsWith("growth")) keys.base = value("base");
    made[measure] = keys;
  }
  made.says = value("says");
  if (value("attributed_to")) made.attributed_to = value("attributed_to");
  return made;
}

function count(keys, counted) {
  delete keys.currency;
  delete keys.quantity;
  if (counted === "tonnes") keys.quantity = "mass";
  else if (counted === "items") keys.quantity = "items";
  else if (counted) keys.currency = counted;
}

function patch(claim, kind, key, said) {
  if (key === "measure") return;
  if (key === "says" || key === "attributed_to") {
    if (said) claim[key] = said; else delete claim[key];
    return;
  }
  const keys = claim[kind];
  if (key === "base") {
    const at = kind === "change" ? keys : innermost(keys);
    if (said) at.base = said; else delete at.base;
    return;
  }
  const at = innermost(keys);
  const other = kind === "ratio" && keys.to;
  for (const one of other && other[key] === at[key] ? [other, at] : [at]) {
    if (key === "counted") count(one, said);
    else if (!said || (key === "goods" && said === "all") || (key === "flow" && said === "one_way")) delete one[key];
    else one[key] = said;
  }
}

function stateOf(n) {
  const m = marks[n.index];
  if (m?.nota || (n.state === "not_trade" && !m?.figure)) return "nota";
  if (m?.done && claimOf(n)) return "tested";
  if (n.state === "interpreted") return "tested";
  if (n.state === "open") return questionOf(n) || openKeys(n).length || !claimOf(n) || n.why && !m?.done ? "unsure" : "tested";
  return m && Object.keys(m.edits).length && claimOf(n) ? "tested" : "unread";
}

const isDone = (n) => Boolean(marks[n.index]?.done) || stateOf(n) === "nota";
const refusedOf = (n) => (server || !changed(n) ? sheet.tested.refused[n.index] : offline(n)?.refused) || "";

function verdictOf(n) { // solid, or of the best guess
  const state = stateOf(n);
  if (state === "nota" || refusedOf(n)) return null;
  if (!server && changed(n)) {
    return offline(n);
  }
  const found = sheet.tested.verdicts[n.index];
  if (found && state === "tested") return found;
  const guess = guessOf(n); // of the best guess beside what is sure: what accepting it would give
  if (guess) return guess.refused ? null : guess;
  return state === "unread" ? null : found;
}

const changed = (n) => Object.keys(marks[n.index]?.edits || {}).length > 0;

function offline(n, answers = {}) { // what was found for one answer when the file was made; of two at once nothing is known
  const held = sheet.tested.tries[n.index] || {};
  const given = Object.entries({ ...(marks[n.index]?.edits || {}), ...answers }).filter(([key, value]) => value !== base(n)[key].value);
  if (given.length > 1) return null;
  const [key, value] = given[0] || [TRIED.find((one) => held[one])]; // the best guess is an answer to each question
  return held[key]?.[value ?? base(n)[key].value] || null;
}

function payload() {
  const found = [];
  for (const n of numbers()) {
    const state = stateOf(n);
    if (state !== "tested" && state !== "unsure") continue;
    const claim = claimOf(n);
    if (claim) found.push({ index: n.index, claim, open: state === "unsure" });
  }
  return found;
}

function answersOf(n) {
  const question = questionOf(n);
  if (question) return question.options.map((value) => claimOf(n, { [question.key]: value })).filter(Boolean);
  const claim = stateOf(n) === "unread" ? claimOf(n) : null;
  return claim ? [claim] : [];
}

const signature = () => JSON.stringify(payload());
// By the claim, not by its place: the next question has other answers, and none may show the verdict of another.
const triedAs = (name, n, claim) => `${name} ${n.index} ${JSON.stringify(claim)}`;
const known = (n, claim) => claim && tried[triedAs(hash(signature()), n, claim)];

function outcomeOf(n, key, value) { // what an answer leads to
  return server ? known(n, claimOf(n, { [key]: value })) : offline(n, { [key]: value });
}

function guessOf(n) {
  const question = questionOf(n);
  if (question) return outcomeOf(n, question.key, question.options[0]);
  return server && stateOf(n) === "unread" ? known(n, claimOf(n)) : null;
}

// Tests: all claims together after each change, one request at a time

async function test() {
  if (!server) { render(); return; }
  if (testing) { again = true; return; }
  const asked = payload(), name = hash(JSON.stringify(asked));
  const wanted = [sel, nextOpen()].map(number).filter((n) => n && !isDone(n));
  const tries = {};
  for (const n of wanted) { const made = answersOf(n).filter((claim) => !known(n, claim)); if (made.length) tries[n.index] = made; }
  const same = name === sheet.testedAs;
  if (same && !Object.keys(tries).length) return;
  testing = true;
  root.setAttribute("aria-busy", "true");
  slow = setTimeout(() => { parts.slow.textContent = `testing ${asked.length} claims`; }, 300);
  const before = sheet.tested.verdicts;
  try {
    const found = await ask({ text: sheet.text, source: sheet.source, numbers: asked, tries });
    for (const [index, outcomes] of Object.entries(found.tries)) outcomes.forEach((one, place) => { tried[triedAs(name, number(index), tries[index][place])] = one; });
    sheet.tested = found;
    sheet.testedAs = name;
    failed = "";
    announce(before, found.verdicts);
  } catch (error) {
    failed = error.message;
  }
  testing = false;
  clearTimeout(slow);
  parts.slow.textContent = "";
  render({ keep: true });
  const more = again || (!failed && name !== hash(signature()));
  again = false;
  if (more) test();
  root.setAttribute("aria-busy", String(testing));
}

async function ask(body) {
  let answer;
  try {
    answer = await fetch(server, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), cache: "no-store",
    });
  } catch {
    throw new Error("The server does not answer. What stands here is kept; try again in a moment.");
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error([found.detail, found.hint].filter(Boolean).join(". ") || `The server answers ${answer.status}.`);
  return found;
}

function announce(before, after) {
  const news = [];
  for (const index of Object.keys(after)) {
    if (before[index] && before[index].verdict !== after[index].verdict) news.push(`Number ${index}: ${NAMES[after[index].verdict][0]}`);
  }
  if (news.length) live.textContent = news.join(". ");
}

// Moving and acting

const count_done = () => numbers().filter(isDone).length;

function nextOpen(from = sel) {
  const all = numbers();
  const order = all.map((_, step) => all[(from - 1 + step + 1) % all.length]);
  const open = order.filter((n) => !isDone(n));
  return (open.find((n) => !skipped.includes(n.index)) || skipped.map(number).find((n) => n && !isDone(n)) || open[0])?.index || 0;
}

function go(index, { focus = true } = {}) {
  if (!index) return;
  sel = index;
  editing = null;
  render();
  const place = document.getElementById(`n${index}`);
  if (!place) return;
  if (innerWidth <= 900) scrollTo(0, scrollY + place.getBoundingClientRect().top - innerHeight * 0.2);
  else place.scrollIntoView({ block: "nearest" });
  if (focus) place.focus({ preventScroll: true });
  test();
}

const snapshot = () => JSON.stringify({ marks, sel, skipped });
const remember = () => { history.push(snapshot()); if (history.length > 200) history.shift(); };

function keep() {
  const kept = stored(localStorage, CHOICES, {});
  numbers().forEach((n) => {
    const m = marks[n.index];
    if (m && (m.done || m.nota || m.figure || Object.keys(m.edits).length)) kept[n.name] = m;
    else delete kept[n.name];
  });
  const names = Object.keys(kept);
  names.slice(0, Math.max(0, names.length - MOST_KEPT)).forEach((name) => delete kept[name]);
  store(localStorage, CHOICES, kept);
}

function siblings(n) {
  const question = questionOf(n);
  if (!question) return [];
  return numbers().filter((other) => {
    if (other === n || other.sentence[0] !== n.sentence[0] || isDone(other)) return false;
    const same = questionOf(other);
    return same && same.key === question.key && same.options.every((one) => question.options.includes(one));
  });
}

function answer(place) {
  const n = number(sel), question = questionOf(n);
  if (!question || !question.options[place]) return;
  remember();
  mark(sel).chosen = { ...(mark(sel).chosen || {}), [question.key]: question.options[place] };
  take(n, question, question.options[place]);
  after();
}

function take(n, question, value) {
  for (const other of [n, ...(apply_same ? siblings(n) : [])]) {
    mark(other.index).edits[question.key] = value;
    mark(other.index).from = question.key;
  }
}

function after() {
  keep();
  render();
  document.getElementById(`n${sel}`)?.focus({ preventScroll: true });
  test();
}

function settle(n) {
  const m = mark(n.index);
  for (let question = questionOf(n); question; question = questionOf(n)) take(n, question, question.options[0]);
  if (stateOf(n) === "unread") for (const key of Object.keys(FIELDS)) if (fieldOf(n, key).value) m.edits[key] ??= fieldOf(n, key).value;
  m.done = true;
  skipped = skipped.filter((one) => one !== n.index);
}

const acts = {
  j: () => go((sel % numbers().length) + 1),
  k: () => go(((sel - 2 + numbers().length) % numbers().length) + 1),
  n: () => go(nextOpen()),
  a() {
    const n = number(sel);
    if (stateOf(n) === "nota") { go(nextOpen()); return; }
    if (!claimOf(n)) { live.textContent = "Fill in the open fields first, or set the number aside."; acts.c(); return; }
    remember();
    settle(n);
    keep();
    if (count_done() === numbers().length) finish(); else go(nextOpen());
  },
  A() {
    remember();
    numbers().filter((n) => stateOf(n) === "tested" && !refusedOf(n)).forEach((n) => { mark(n.index).done = true; });
    keep();
    if (count_done() === numbers().length) finish(); else go(nextOpen());
  },
  c() {
    const n = number(sel);
    if (stateOf(n) === "nota") {
      remember();
      mark(sel).nota = false;
      mark(sel).figure = true;
      mark(sel).done = false;
    }
    editing = { before: JSON.stringify(mark(sel)) };
    full = true;
    remember();
    render();
    const first = openKeys(n)[0] || "measure";
    parts.panel.querySelector(`[name=${first}]`)?.focus();
  },
  s() {
    skipped = [...skipped.filter((one) => one !== sel), sel];
    go(nextOpen());
  },
  x() {
    remember();
    const m = mark(sel);
    m.nota = true;
    m.done = false;
    keep();
    if (count_done() === numbers().length) finish(); else go(nextOpen());
  },
  t() {
    const said = getSelection(), words = said.toString().trim();
    const paragraph = said.rangeCount && said.anchorNode?.parentElement?.closest("#text p");
    if (!words || !paragraph) { live.textContent = "Select the words of a number in the article first."; return; }
    const made = numberAt(words, paragraph, said.getRangeAt(0));
    if (!made) { live.textContent = "Select words of one paragraph."; return; }
    const there = numbers().find((n) => n.start < made.end && made.start < n.end);
    if (there) { go(there.index); return; }
    said.removeAllRanges();
    insert(made);
    acts.c();
  },
  y() { apply_same = !apply_same; render(); },
  z() {
    const last = history.pop();
    if (!last) return;
    ({ marks, sel, skipped } = JSON.parse(last));
    editing = null;
    keep();
    go(sel);
  },
  w() {
    const link = h("a", { href: URL.createObjectURL(new Blob([claimsFile()], { type: "application/yaml" })), download: "claims.yaml" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    live.textContent = "Claims file saved.";
  },
  m() { results = true; render(); const place = document.getElementById("note"); place?.scrollIntoView(); place?.focus(); },
  "?"() { parts.help.showModal(); },
};

// A number that a person marks

function numberAt(words, paragraph, range) { // where the selected words stand in the text
  const [start, end] = [Number(paragraph.dataset.start), Number(paragraph.dataset.end)];
  const wanted = Array.from(words), before = document.createRange();
  before.setStart(paragraph, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const near = start + Array.from(before.toString()).length;
  let place = -1;
  for (let at = start; at + wanted.length <= end; at += 1) {
    if (wanted.every((sign, step) => chars[at + step] === sign) && (place < 0 || Math.abs(at - near) < Math.abs(place - near))) place = at;
  }
  if (place < 0) return null;
  const last = place + wanted.length;
  const beside = numbers().find((n) => n.sentence[0] <= place && last <= n.sentence[1]);
  const [low, high] = beside ? beside.sentence : sentenceAt(place, last, start, end);
  const fields = {};
  for (const key of ["importer", "exporter", "flow", "goods", "period"]) {
    const value = beside && fieldOf(beside, key).value;
    if (value) fields[key] = { value, certainty: "best guess", candidates: [] };
  }
  const quote = chars.slice(low, high).join("").split(/\s+/).filter(Boolean).join(" ");
  return { start: place, end: last, says: words, sentence: [low, high], quote, state: "not_interpreted", claim: null, fields, why: "marked by a person" };
}

function sentenceAt(place, last, start, end) {
  const ends = (at) => "。！？".includes(chars[at]) || (".!?".includes(chars[at]) && /\s/.test(chars[at + 1] || " "));
  let low = place, high = last;
  while (low > start && !ends(low - 1)) low -= 1;
  while (high < end && !ends(high)) high += 1;
  while (/\s/.test(chars[low])) low += 1;
  return [low, Math.min(high + 1, end)];
}

function insert(made) { // numbers go by their order in the text: all behind it move on by one
  const at = numbers().filter((n) => n.start < made.start).length;
  const moved = (index) => (Number(index) > at ? Number(index) + 1 : Number(index));
  const byIndex = (held) => Object.fromEntries(Object.entries(held).map(([index, one]) => [moved(index), one]));
  numbers().forEach((n) => { n.index = moved(n.index); });
  sheet.numbers.splice(at, 0, made);
  made.index = at + 1;
  made.name = hash(`${made.quote}|${made.says}|${made.start}`);
  const { verdicts, refused, tries, conflicts } = sheet.tested;
  sheet.tested = { ...sheet.tested, verdicts: byIndex(verdicts), refused: byIndex(refused), tries: byIndex(tries),
    conflicts: conflicts.map((one) => ({ ...one, numbers: one.numbers.map((name) => String(moved(name))), if: one.if.map((name) => String(moved(name))) })) };
  marks = byIndex(marks);
  skipped = skipped.map(moved);
  tried = {};
  history = [];
  sheet.testedAs = "";
  mark(made.index).figure = true;
  sel = made.index;
  build();
  render();
}

function finish() {
  results = true;
  go(sel);
  test();
  live.textContent = `All ${numbers().length} numbers settled.`;
}

function endEdit(save) {
  const n = number(sel);
  if (!save) { marks[sel] = JSON.parse(editing.before); history.pop(); } else read(n);
  editing = null;
  after();
}

function read(n) { // take over what stands in the inputs
  const m = mark(n.index);
  for (const input of parts.panel.querySelectorAll(".flds [name]")) {
    const value = coded(input.name, input.value.trim());
    const was = base(n)[input.name].value;
    if (value === was && !(input.name in m.edits)) continue;
    m.edits[input.name] = value;
    if (value === was && base(n)[input.name].certainty !== "open" && !base(n)[input.name].candidates.length) delete m.edits[input.name];
  }
}

// Names and codes

let byName = {}, byCode = {};

function learn(names) {
  for (const kind of ["areas", "goods"]) {
    byCode[kind] = new Map(names[kind]);
    byName[kind] = new Map(names[kind].map(([code, name]) => [name.toLowerCase(), code]));
  }
}

const areaName = (code) => code.split("+").map((one) => byCode.areas.get(one) || one).join(" and ");

function areaCode(said) {
  const one = (text) => byName.areas.get(text.toLowerCase()) || (byCode.areas.has(text.toUpperCase()) ? text.toUpperCase() : text);
  const whole = one(said);
  if (byCode.areas.has(whole) || !/\+| and /.test(said)) return whole;
  return said.split(/\s*\+\s*|\s+and\s+/).map(one).join("+");
}

function shown(key, value) {
  if (key === "measure") return MEASURES[value] || value;
  if (!value) return key === "attributed_to" ? "none" : key === "importer" || key === "exporter" ? "world" : "–";
  if (key === "importer" || key === "exporter") return areaName(value);
  if (key === "goods") return byCode.goods.get(value) || value.replace(/^named:/, "in words: ");
  if (key === "counted") return MONEY[value] || value;
  if (key === "flow") return value === "both" ? "both directions" : "one way";
  return value;
}

function coded(key, said) {
  if (key === "importer" || key === "exporter") return said ? areaCode(said) : "";
  if (key === "goods") return byName.goods.get(said.toLowerCase()) || said;
  if (key === "counted") return Object.keys(MONEY).find((one) => MONEY[one].toLowerCase() === said.toLowerCase()) || said;
  return said;
}

// The claims file

const quoted = (text) => JSON.stringify(String(text));

function inline(value) {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (value && typeof value === "object") return `{${Object.entries(value).map(([key, one]) => `${key}: ${inline(one)}`).join(", ")}}`;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : quoted(value);
}

function claimsFile() {
  const source = Object.fromEntries(Object.entries(sheet.source).filter(([key, value]) => value || key === "title"));
  const lines = ["format: 1", `source: ${inline(source)}`];
  const claims = [], rest = [], aside = [];
  for (const n of numbers()) {
    const state = stateOf(n), claim = state === "unread" ? null : claimOf(n);
    if (state === "nota") aside.push(n.says);
    else if (claim && !refusedOf(n)) claims.push([n, claim, state]);
    else rest.push(n);
  }
  lines.push(claims.length ? "claims:" : "claims: []");
  for (const [n, claim, state] of claims) {
    const edits = Object.keys(marks[n.index]?.edits || {});
    lines.push(`  - id: number-${n.index}${edits.length ? ` # settled by a person: ${edits.join(", ")}` : ""}`);
    for (const [key, value] of Object.entries(claim)) lines.push(`    ${key}: ${inline(value)}`);
    const open = state === "unsure" ? openKeys(n).map((key) => (key === "counted" ? "currency" : key)) : [];
    if (state === "unsure") lines.push(`    open: ${inline(open.length ? open : ["measure"])}`);
  }
  if (rest.length) lines.push("todo:");
  for (const n of rest) {
    lines.push(`  - quote: ${quoted(n.quote)}`, `    says: ${quoted(n.says)}`, `    why: ${quoted(refusedOf(n) || n.why || "not interpreted")}`);
  }
  if (aside.length) lines.push(`# Not trade figures: ${aside.map(quoted).join(", ")}`);
  return `${lines.join("\n")}\n`;
}

// What is seen

const bars = (certainty) => h("span", { class: "bars", "aria-hidden": "true" },
  [1, 2, 3, 4].map((step) => h("i", { class: step <= CERTAINTY[certainty] ? "on" : "" })));

const spoken = (n) => {
  const verdict = stateOf(n) === "tested" && verdictOf(n);
  return `Number ${n.index} of ${numbers().length}: ${n.says}, ${STATES[stateOf(n)]}${verdict ? `: ${NAMES[verdict.verdict][0]}` : ""}${isDone(n) ? ", settled" : ""}`;
};

function dress(button, n, name) {
  const state = stateOf(n), verdict = state === "tested" ? verdictOf(n) : null;
  button.className = `${name} ${isDone(n) ? "done" : ""} ${state === "tested" ? `v-${verdict?.verdict || "none"}` : ""}`;
  button.dataset.s = state;
  if (sel === n.index) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
  button.setAttribute("aria-label", spoken(n));
  return verdict;
}

function build() {
  const s = sheet.source;
  const lang = [...new Set(sheet.paragraphs.map((one) => one[2]))].map((one) => new Intl.DisplayNames("en", { type: "language" }).of(one));
  const total = numbers().length;
  parts.prog = h("span", { class: "prog", role: "group", "aria-label": "Progress" });
  parts.slow = h("span", { class: "muted", role: "status" });
  parts.strip = h("ul", { class: "strip", "aria-label": "All numbers" });
  parts.tally = h("ul", { class: "tally", "aria-label": "Verdicts so far" });
  parts.article = h("article", { id: "text" });
  parts.conflicts = h("section", { class: "blk", "aria-label": "Conflicts" });
  parts.panel = h("aside", { class: "panel", id: "panel", "aria-label": "Selected number", tabindex: "-1" });
  parts.results = h("div");
  parts.wrong = h("div", { role: "alert" });
  numbers().forEach((n) => {
    parts.strip.append(h("li", null, h("button", { type: "button", "data-i": n.index, onclick: () => go(n.index) })));
  });
  let at = 0;
  for (const [start, end, language] of sheet.paragraphs) {
    // The title stands above already.
    if (start === sheet.paragraphs[0][0] && chars.slice(start, end).join("").trim() === s.title && !numbers().some((n) => n.start < end)) continue;
    const paragraph = h("p", { lang: language, "data-start": String(start), "data-end": String(end) });
    at = start;
    for (const n of numbers()) {
      if (n.start < at || n.end > end) continue;
      paragraph.append(chars.slice(at, n.start).join(""));
      paragraph.append(h("button", { type: "button", id: `n${n.index}`, "data-i": n.index, onclick: () => go(n.index) }));
      at = n.end;
    }
    paragraph.append(chars.slice(at, end).join(""));
    parts.article.append(paragraph);
  }
  parts.help = h("dialog", { "aria-label": "Keys" },
    h("h2", null, "Keys"),
    h("dl", null, KEYS.map(([, sign, words]) => [h("dt", null, h("kbd", null, sign)), h("dd", null, words)])),
    h("label", null, h("input", { type: "checkbox", checked: lettersOff, onchange: (event) => {
      lettersOff = event.target.checked;
      store(localStorage, SETTINGS, lettersOff);
    } }), "Switch off keys of a single letter"),
    h("form", { method: "dialog" }, h("button", { class: "btn main" }, "Close")));
  root.replaceChildren(
    h("div", { class: "top" },
      h("div", { class: "bar" }, parts.prog, parts.slow,
        h("button", { type: "button", class: "btn", onclick: acts.w }, "Save", h("span", { class: "long" }, "as claims file"), h("kbd", null, "W")),
        h("button", { type: "button", class: "btn", onclick: acts.m }, "Note", h("span", { class: "long" }, "to the editor"), h("kbd", null, "M")),
        server && h("button", { type: "button", class: "btn plain", onclick: paste }, "Another text")),
      h("h1", null, s.title),
      h("p", { class: "meta" }, s.publisher && h("b", null, s.publisher),
        `${s.publisher ? " · " : ""}${[s.date, lang.join(", "), plural(sheet.paragraphs.length, "paragraph"), plural(total, "number")].filter(Boolean).join(" · ")}`),
      parts.strip,
      h("ul", { class: "key", "aria-hidden": "true" },
        ["interpreted and tested", "interpreted, a field open", "not interpreted", "not a trade figure", "settled by you"]
          .map((words, place) => h("li", null, h("i", { class: `k${place + 1}` }), words)))),
    live,
    h("div", { class: "columns" },
      h("div", null, h("p", { class: "state-of-data" }, sheet.data || null), parts.wrong, parts.tally, parts.article, parts.conflicts),
      parts.panel),
    parts.results,
    parts.help,
    lists());
  document.querySelector(".keys")?.remove();
  root.after(h("section", { class: "keys", "aria-label": "Keys" }, h("ul", null,
    KEYS.filter(([key]) => key !== "1").map(([key, sign, words]) =>
      h("li", null, h("button", { type: "button", onclick: () => acts[key]() }, h("kbd", null, sign), ` ${words}`))))));
  if (!total) parts.panel.hidden = true;
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function lists() {
  return h("div", { hidden: true },
    h("datalist", { id: "list-areas" }, sheet.names.areas.map(([, name]) => h("option", { value: name }))),
    h("datalist", { id: "list-goods" }, sheet.names.goods.map(([, name]) => h("option", { value: name }))),
    h("datalist", { id: "list-counted" }, Object.values(MONEY).map((name) => h("option", { value: name }))));
}

function render({ keep: keeps = false } = {}) {
  const all = numbers();
  const done = count_done();
  parts.prog.replaceChildren(h("progress", { max: Math.max(all.length, 1), value: done, "aria-label": "Numbers settled" }), h("span", null, `${done} of ${all.length} settled`));
  parts.wrong.replaceChildren(failed ? h("div", { class: "wrong" }, h("p", null, failed), h("p", null, h("button", { type: "button", class: "btn", onclick: () => { sheet.testedAs = ""; test(); } }, "Test again"))) : "");
  all.forEach((n, place) => {
    const cell = parts.strip.children[place].firstChild;
    dress(cell, n, "");
    cell.textContent = `${n.index}${stateOf(n) === "unsure" ? "?" : ""}`;
    const button = document.getElementById(`n${n.index}`);
    if (!button) return;
    const verdict = dress(button, n, "num");
    button.replaceChildren(n.says, ...(verdict ? [icon(verdict.verdict)] : []), h("sup", null, String(n.index)));
  });
  if (!all.length) {
    const words = sheet.text.split(/\s+/).filter(Boolean).length;
    parts.tally.replaceChildren(h("li", null, `No trade figure found in ${words} words.`));
    return;
  }
  renderTally();
  if (keeps && editing) renderVerdict(); else renderPanel();
  renderConflicts();
  if (results || done === all.length) renderResults(done === all.length); else parts.results.replaceChildren();
  const current = parts.strip.querySelector("[aria-current]");
  if (current && innerWidth <= 900) parts.strip.scrollLeft = current.offsetLeft - parts.strip.clientWidth / 2;
}

function renderTally() {
  const count = (verdict) => numbers().filter((n) => stateOf(n) === "tested" && verdictOf(n)?.verdict === verdict).length;
  const open = numbers().filter((n) => ["unsure", "unread"].includes(stateOf(n))).length;
  parts.tally.replaceChildren(
    ...ORDER.filter(count).map((verdict) => h("li", null, chip(verdict, `${count(verdict)} ${NAMES[verdict][count(verdict) > 1 ? 2 : 1]}`, "s"))),
    ...(open ? [h("li", null, h("span", { class: "chip v-none s maybe" }, `${open} to settle`))] : []));
}

function within(quote, says) {
  const at = quote.indexOf(says);
  return at < 0 ? [`“${quote}”`] : [`“${quote.slice(0, at)}`, h("b", null, says), `${quote.slice(at + says.length)}”`];
}

function renderPanel() {
  const n = number(sel), state = stateOf(n), done = isDone(n);
  const words = state === "nota" ? "Not a trade figure" : state === "unread" ? "Not interpreted"
    : state === "unsure" ? `${plural(Math.max(openKeys(n).length, 1), "field")} open` : done ? "Settled" : "Interpreted";
  parts.ask = h("div");
  parts.verdict = h("div", { class: "verd" });
  parts.behind = h("div", { class: "verd" });
  parts.panel.className = `panel ${full ? "full" : ""} ${done ? "low" : ""}`;
  parts.panel.replaceChildren(
    h("div", { class: "ph" }, h("span", null, "Number ", h("b", null, String(sel)), ` of ${numbers().length}`),
      h("button", { type: "button", class: "more", "aria-expanded": String(full), onclick: () => { full = !full; render(); } }, full ? "Fewer fields" : "All fields"),
      h("span", { class: "how" }, editing
        ? [h("kbd", null, "Tab"), " next field, ", h("kbd", null, "Enter"), " done, ", h("kbd", null, "Esc"), " undo"]
        : [h("kbd", null, "J"), " ", h("kbd", null, "K"), " next, previous"])),
    h("div", { class: "big" }, h("span", { class: "v" }, n.says), h("span", { class: `chip v-none ${done ? "" : "maybe"}` }, words)),
    h("p", { class: "quote" }, within(n.quote, n.says)),
    parts.ask, parts.verdict,
    renderActs(n, state, done),
    parts.behind,
    state === "nota" ? "" : renderFields(n));
  renderVerdict();
}

function renderActs(n, state, done) {
  const button = (key, words, extra = "") => h("button", { type: "button", class: `btn ${extra}`, onclick: () => acts[key]() }, words, " ", h("kbd", null, key.toUpperCase()));
  if (editing) {
    return h("div", { class: "acts" },
      h("button", { type: "button", class: "btn main", onclick: () => endEdit(true) }, "Done ", h("kbd", null, "Enter")),
      h("button", { type: "button", class: "btn", onclick: () => endEdit(false) }, "Undo ", h("kbd", null, "Esc")));
  }
  if (state === "nota") return h("div", { class: "acts" }, button("n", "Next open", "main"), button("c", "It is one"));
  if (done) return h("div", { class: "acts" }, button("n", "Next open", "main"), button("c", "Change"), button("x", "Not a figure", "x"));
  return h("div", { class: "acts" }, button("a", "Accept", "main"), button("c", "Change"), button("s", "Skip"), button("x", "Not a figure", "x"));
}

function renderFields(n) {
  const rows = [];
  for (const [key, name] of Object.entries(FIELDS)) {
    const field = fieldOf(n, key), open = field.certainty === "open";
    const words = open && !field.value ? "open" : shown(key, field.value);
    rows.push(h("dt", null, name), h("dd", { class: open ? "openf" : "" }, editing ? input(n, key, field.value) : words),
      h("dd", { class: "c" }, field.value || open ? [field.certainty, " ", bars(field.certainty)] : "")); // nothing said is not stated
  }
  const list = h("dl", { class: "flds" }, rows);
  if (editing) list.addEventListener("change", () => { read(n); render({ keep: true }); test(); });
  return list;
}

function input(n, key, value) {
  if (key === "measure") {
    const known = BUILT.includes(base(n).measure.value) || !n.claim ? BUILT : [base(n).measure.value, ...BUILT];
    return h("select", { name: key, "aria-label": FIELDS[key] }, h("option", { value: "" }, "open"),
      known.map((one) => h("option", { value: one, selected: one === value }, MEASURES[one])));
  }
  if (key === "flow") {
    return h("select", { name: key, "aria-label": FIELDS[key] },
      ["one_way", "both"].map((one) => h("option", { value: one, selected: one === value }, shown(key, one))));
  }
  const list = { importer: "list-areas", exporter: "list-areas", goods: "list-goods", counted: "list-counted" }[key];
  const named = ["importer", "exporter", "goods", "counted"].includes(key) && value;
  const text = named ? (key === "goods" && value.startsWith("named:") ? value : shown(key, value)) : value;
  return h("input", { name: key, "aria-label": FIELDS[key], value: text, list, autocomplete: "off", spellcheck: "false",
    placeholder: { period: "2025, 2025-03, 2025Q1", base: "2024" }[key] || "" });
}

function sums(found) {
  const lines = found.split("; ").filter(Boolean);
  return lines.length ? h("dl", { class: "sum" }, lines.map((line) => [h("dt", null, "Arithmetic"), h("dd", null, line)])) : "";
}

function renderVerdict() {
  const n = number(sel), state = stateOf(n), done = isDone(n), question = questionOf(n);
  parts.ask.replaceChildren();
  if (question && state !== "nota" && !done) {
    const same = siblings(n);
    parts.ask.append(h("div", { class: "ask" }, h("h2", null, question.text),
      question.options.map((value, place) => {
        const outcome = outcomeOf(n, question.key, value);
        return h("button", { type: "button", class: "opt", "aria-pressed": String(place === 0), onclick: () => answer(place) },
          h("kbd", null, String(place + 1)),
          h("span", null, capital(shown(question.key, value)), place === 0 ? h("small", null, base(n)[question.key].value === value ? base(n)[question.key].certainty : "best guess") : ""),
          outcome?.verdict ? chip(outcome.verdict, "", "s maybe") : h("span", { class: "muted" }, outcome?.refused ? "cannot be" : server ? "…" : "not tested yet"));
      }),
      same.length ? h("label", { class: "same" }, h("input", { type: "checkbox", checked: apply_same, onchange: () => { apply_same = !apply_same; } }),
        `Use for number ${same.map((one) => one.index).join(", ")} too: same sentence `, h("kbd", null, "Y")) : ""));
  }
  parts.behind.replaceChildren();
  if (state === "nota") { parts.verdict.replaceChildren(h("p", null, n.why ? `${capital(n.why)}.` : "Set aside: not a number of trade.")); return; }
  const refused = refusedOf(n) || (state === "unread" && guessOf(n)?.refused) || "";
  const found = verdictOf(n), maybe = state !== "tested";
  const made = [], behind = [];
  if (refused) made.push(h("p", { class: "err" }, `This cannot be tested: ${refused}`));
  else if (found) {
    const words = NAMES[found.verdict][0] + (maybe ? question ? `, if ${shown(question.key, question.options[0])}` : ", if understood rightly" : "");
    made.push(chip(found.verdict, words, maybe ? "maybe" : ""), h("p", null, found.reason, " ", found.error ? h("span", { class: "err" }, `Likely error: ${found.error}`) : ""));
    if (found.arithmetic) behind.push(sums(found.arithmetic));
    if (found.corrected) behind.push(h("p", null, "Corrected value: ", h("b", null, found.corrected), "."));
    if (found.implied && found.verdict !== "supported") behind.push(h("p", null, `Implied by all other figures, published ones included: ${found.implied}`));
    if (found.range) behind.push(h("p", null, `Range across definitions and series: ${found.range}`));
    if (found.needed && found.verdict !== "supported") behind.push(h("p", null, `Evidence needed: ${found.needed}`));
    if (found.sources.length) {
      behind.push(h("p", { class: "sources" }, "Sources: ", found.sources.map((one, place) => [place ? ", " : "",
        h("a", { href: one.url, rel: "noreferrer noopener", target: "_blank" }, one.text)])));
    }
  } else if (!server && changed(n)) {
    made.push(h("p", null, "Changed here. This file holds the verdicts of the time when it was made; save the claims file, then: ", h("code", null, "entrepot check claims.yaml")));
  } else if (claimOf(n) && server) made.push(h("p", { class: "muted" }, "testing …"));
  if (state === "unread" || (state === "unsure" && n.why)) made.push(h("p", { class: "muted" }, `Not tested: ${n.why || "not interpreted"}.`));
  parts.verdict.replaceChildren(...made);
  parts.behind.replaceChildren(...behind);
  for (const part of [parts.verdict, parts.behind]) part.className = `verd v-${found?.verdict || "none"}`;
}

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

function listed(indexes) {
  const said = indexes.map(String);
  return said.length > 1 ? `${said.slice(0, -1).join(", ")} and ${said[said.length - 1]}` : said.join("");
}

function renderConflicts() {
  const all = sheet.tested.conflicts.filter((one) => one.numbers.every((index) => stateOf(number(index)) !== "nota"));
  if (!all.length) { parts.conflicts.replaceChildren(); return; }
  const every = numbers().every(isDone);
  parts.conflicts.replaceChildren(h("h2", null, every ? "Conflicts" : "Conflicts so far"), ...all.map((one) => {
    const doubt = one.if.filter((index) => stateOf(number(index)) === "unsure");
    return h("div", { class: `conflict ${doubt.length ? "soft" : ""}` },
      h("h3", null, `Numbers ${listed(one.numbers)} contradict each other${doubt.length ? `, if number ${listed(doubt)} ${doubt.length > 1 ? "are" : "is"} understood rightly` : ""}`),
      h("dl", { class: "sum" }, h("dt", null, "Our arithmetic"), h("dd", null, one.because),
        one.corrected ? [h("dt", null, "Corrected"), h("dd", null, one.corrected)] : "",
        one.errors.map((error) => [h("dt", null, "Likely error"), h("dd", { class: "err" }, error)])),
      one.unless ? h("p", null, `Unless: ${one.unless}`) : "",
      doubt.length ? h("p", null, `Settle number ${listed(doubt)} to confirm or drop this conflict.`) : "");
  }));
}

function renderResults(finished) {
  const rows = numbers().filter((n) => stateOf(n) !== "nota")
    .map((n) => [n, stateOf(n) === "tested" ? verdictOf(n) : null])
    .sort(([one, first], [two, second]) => rank(first) - rank(second) || one.index - two.index);
  const set = numbers().length - rows.length;
  const counted = ORDER.map((verdict) => [verdict, rows.filter(([, found]) => found?.verdict === verdict).length]).filter(([, many]) => many);
  const summary = counted.map(([verdict, many]) => `${many} ${NAMES[verdict][many > 1 ? 2 : 1]}`).join(", ");
  parts.results.replaceChildren(
    h("section", { class: "blk wide", "aria-label": "All verdicts" },
      h("h2", null, finished ? `All ${numbers().length} settled: ${summary || "nothing was tested"}` : `${count_done()} of ${numbers().length} settled so far: ${summary || "nothing was tested"}`),
      h("table", null, h("caption", null, `Numbers as published. ${set} of ${numbers().length} are not trade figures and are not listed.`),
        h("thead", null, h("tr", null, ["Number and sentence", "Verdict", "Reason"].map((words) => h("th", { scope: "col" }, words)))),
        h("tbody", null, rows.map(([n, found]) => h("tr", null,
          h("th", { scope: "row" }, h("a", { href: `#n${n.index}`, onclick: (event) => { event.preventDefault(); go(n.index); } }, String(n.index)), " ", within(n.quote, n.says)),
          h("td", { class: "chipped" }, found ? chip(found.verdict) : h("span", { class: "chip v-none maybe" }, "Not tested")),
          h("td", null, found ? [found.reason, " ", found.error ? h("b", null, found.error) : ""] : n.why || "open")))))),
    h("section", { class: "blk wide" }, h("div", { class: "two" },
      h("div", null, h("h2", { id: "note", tabindex: "-1" }, "Note to the editor"),
        !server && Object.values(marks).some((m) => Object.keys(m.edits).length) ? h("p", { class: "hint" }, "Of the time when this file was made, before your changes.") : "",
        h("pre", { class: "note", tabindex: "0", role: "region", "aria-label": "Note" }, sheet.tested.note),
        h("p", { class: "savebar" },
          h("button", { type: "button", class: "btn", onclick: copyNote }, "Copy the note"),
          h("button", { type: "button", class: "btn", onclick: saveNote }, "Save as .txt"))),
      h("div", null, h("h2", null, "Claims file"),
        h("pre", { tabindex: "0", role: "region", "aria-label": "Claims file" }, claimsFile()),
        h("p", { class: "savebar" }, h("button", { type: "button", class: "btn main", onclick: acts.w }, "Save as claims file ", h("kbd", null, "W")),
          h("span", { class: "hint" }, "Check it again from a terminal: ", h("code", null, "entrepot check claims.yaml")))))));
}

const rank = (found) => (found ? ORDER.indexOf(found.verdict) : ORDER.indexOf("not_enough_evidence") + 0.5);

async function copyNote() {
  try { await navigator.clipboard.writeText(sheet.tested.note); live.textContent = "Note copied."; } catch { live.textContent = "Copying is not allowed here; save it instead."; }
}

function saveNote() {
  const link = h("a", { href: URL.createObjectURL(new Blob([sheet.tested.note], { type: "text/plain" })), download: "note.txt" });
  document.body.append(link);
  link.click();
  link.remove();
}

// From a text to the desk

function open(found) {
  sheet = found;
  sheet.tested.tries ||= {};
  chars = Array.from(sheet.text);
  marks = {};
  history = [];
  skipped = [];
  tried = {};
  results = false;
  failed = "";
  editing = null;
  learn(sheet.names);
  const kept = stored(localStorage, CHOICES, {}), seen = {};
  numbers().forEach((n) => {
    const name = `${hash(`${n.quote}|${n.says}`)}`;
    seen[name] = (seen[name] || 0) + 1;
    n.name = `${name}.${seen[name]}`;
    if (kept[n.name]) marks[n.index] = kept[n.name];
  });
  const first = numbers().find((n) => !isDone(n)) || numbers()[0];
  sel = first ? first.index : 0;
  build();
  render();
  if (sel) { go(sel); test(); }
}

let form = null;

function paste() {
  document.querySelector(".keys")?.remove();
  root.replaceChildren(form);
  store(sessionStorage, TEXT, null);
  sheet = null;
  form.elements.text.focus();
}

async function send(event) {
  event?.preventDefault();
  const fields = form.elements;
  const told = form.querySelector("[role=status]");
  const sent = { text: fields.text.value, date: fields.date.value.trim(), publisher: fields.publisher.value.trim() };
  if (!sent.text.trim()) { told.textContent = "There is no text yet: paste an article."; fields.text.focus(); return; }
  told.textContent = "Reading the numbers …";
  try {
    const found = await ask(sent);
    store(sessionStorage, TEXT, sent);
    open(found);
  } catch (error) {
    told.textContent = error.message;
  }
}

document.addEventListener("keydown", (event) => {
  if (!sheet || parts.help?.open) return;
  const target = event.target;
  const typing = target.matches?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
  if (typing) {
    if (!editing || !parts.panel.contains(target)) return;
    if (event.key === "Enter") { event.preventDefault(); endEdit(true); }
    if (event.key === "Escape") { event.preventDefault(); endEdit(false); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  if (key === "/" && document.querySelector(".find input")) { event.preventDefault(); document.querySelector(".find input").focus(); return; }
  if (lettersOff || !numbers().length) return;
  if (/^[1-9]$/.test(key)) { event.preventDefault(); answer(Number(key) - 1); return; }
  const act = key === "A" && event.shiftKey ? "A" : key.toLowerCase();
  if (acts[act] && key.length === 1) { event.preventDefault(); acts[act](); }
});

if (held) open(JSON.parse(held.textContent));
else {
  form = document.getElementById("paste");
  form.addEventListener("submit", send);
  form.elements.text.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event); });
  const before = stored(sessionStorage, TEXT, null);
  if (before) {
    form.elements.text.value = before.text;
    form.elements.date.value = before.date;
    form.elements.publisher.value = before.publisher;
    send();
  }
}
})();
