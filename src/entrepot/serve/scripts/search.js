// Search as you type: a combobox with grouped options (WAI-ARIA, editable, list).
// The key / goes to it from anywhere on the page; Tab goes on to the next group.

const PAUSE = 120;

export function suggest(form) {
  const input = form.querySelector("input");
  const list = document.createElement("ul");
  const told = document.createElement("p");
  list.id = `${input.id}-found`;
  list.className = "found";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.sayList);
  list.hidden = true;
  told.className = "unseen";
  told.setAttribute("role", "status");
  form.append(list, told);
  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) input.setAttribute(name, value);

  let chosen = -1;
  let asked = 0;
  let timer;
  let waiting = false;
  let early = []; // an arrow pressed while the list is waited for, and Enter after it

  const every = () => [...list.querySelectorAll("[role=option]")];
  const choose = (place) => {
    const options = every();
    chosen = place;
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === place)));
    if (place < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", options[place].id);
      options[place].scrollIntoView({ block: "nearest" });
    }
  };
  const close = () => {
    asked += 1;
    waiting = false;
    early = [];
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const step = (key) => {
    const count = every().length;
    const by = key === "ArrowDown" ? 1 : -1;
    choose((chosen + by + count + (chosen < 0 && by < 0 ? 1 : 0)) % count);
  };
  const show = (hits) => {
    const groups = Map.groupBy(hits, (hit) => hit.group);
    let at = 0;
    list.replaceChildren(
      ...[...groups].map(([name, found]) =>
        group(name, found.map((hit) => option(hit, `${list.id}-${at++}`)), `${list.id}-of-${at}`),
      ),
    );
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    told.textContent = form.dataset[hits.length ? "sayFound" : "sayNothing"].replace("#", hits.length);
    // A whole question has its answer: Enter goes there, without a list in between.
    choose(hits[0]?.kind === "answer" ? 0 : -1);
    // An arrow that was quicker than the list is not lost; an answer is chosen as it is.
    const [arrow, enter] = early;
    waiting = false;
    early = [];
    if (arrow && hits.length && chosen < 0) step(arrow);
    if (enter && hits.length) location.assign(every()[chosen].dataset.address);
    else if (enter) form.submit();
  };
  const ask = async () => {
    const words = input.value.trim();
    if (!words) return close();
    const mine = (asked += 1);
    try {
      const answer = await fetch(`/search.json?${new URLSearchParams({ q: words })}`);
      const hits = answer.ok ? await answer.json() : [];
      if (mine === asked) show(hits);
    } catch {
      if (mine !== asked) return;
      const [, enter] = early;
      close();
      if (enter) form.submit();
    }
  };

  input.addEventListener("input", () => {
    early = [];
    waiting = true;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    const options = every();
    const count = options.length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!count || list.hidden) {
        early = waiting ? [event.key] : [];
        return;
      }
      event.preventDefault();
      step(event.key);
    } else if (event.key === "Enter" && early.length && list.hidden) {
      event.preventDefault();
      early[1] = event.key;
    } else if (event.key === "Enter" && chosen >= 0 && !list.hidden) {
      event.preventDefault();
      location.assign(options[chosen].dataset.address);
    } else if (event.key === "Tab" && !event.shiftKey && !list.hidden) {
      const here = options[chosen]?.parentElement;
      const next = options.findIndex((one, at) => at > chosen && one.parentElement !== here);
      if (next >= 0) {
        event.preventDefault();
        choose(next);
      }
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-address]");
    if (hit) location.assign(hit.dataset.address);
  });
  input.addEventListener("blur", close);
}

export function slash(form) {
  const input = form.querySelector("input");
  addEventListener("keydown", (event) => {
    const into = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || into || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

function group(name, options, id) {
  const part = document.createElement("li");
  const head = document.createElement("b");
  const inner = document.createElement("ul");
  part.setAttribute("role", "presentation");
  inner.setAttribute("role", "group");
  inner.setAttribute("aria-labelledby", id);
  head.id = id;
  head.className = "of";
  head.textContent = name;
  inner.append(...options);
  part.append(head, inner);
  return part;
}

function option(hit, id) {
  const item = document.createElement("li");
  const name = document.createElement("b");
  const about = document.createElement("span");
  item.id = id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.address = hit.address;
  name.textContent = hit.name;
  about.textContent = hit.about;
  item.append(name, " ", about);
  return item;
}
