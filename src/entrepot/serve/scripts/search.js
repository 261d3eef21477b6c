// Search as you type: a combobox with a list of what is found (WAI-ARIA, editable, list).

const PAUSE = 120;

export function suggest(form) {
  const input = form.querySelector("input");
  const list = document.createElement("ul");
  const told = document.createElement("p");
  list.id = `${input.id}-found`;
  list.className = "found";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
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

  const choose = (place) => {
    const options = [...list.children];
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
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const show = (hits) => {
    list.replaceChildren(...hits.map((hit, at) => option(hit, `${list.id}-${at}`)));
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    told.textContent = hits.length ? `${hits.length} found` : "Nothing found";
    choose(-1);
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
      if (mine === asked) close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden || !count) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose((chosen + step + count + (chosen < 0 && step < 0 ? 1 : 0)) % count);
    } else if (event.key === "Enter" && chosen >= 0 && !list.hidden) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.address);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-address]");
    if (hit) location.assign(hit.dataset.address);
  });
  input.addEventListener("blur", close);
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
  about.textContent = `${hit.kind}: ${hit.about}`;
  item.append(name, " ", about);
  return item;
}
