// Parts under headings become tabs; without a script they stand one below the other.

let count = 0;

const fields = (panel) => [...panel.querySelectorAll("[name]")];

export function tabs(box) {
  const number = (count += 1);
  const panels = [...box.children].filter((one) => one.matches("[data-tab]"));
  const bar = document.createElement("div");
  bar.className = "tabs";
  bar.setAttribute("role", "tablist");
  bar.setAttribute("aria-label", box.dataset.tabs);
  const heads = panels.map((panel, at) => {
    const head = document.createElement("button");
    panel.id ||= `tab-${number}-${at}`;
    head.id = `${panel.id}-head`;
    head.type = "button";
    head.textContent = panel.dataset.tab;
    head.setAttribute("role", "tab");
    head.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", head.id);
    panel.querySelector("[data-tab-title]")?.remove();
    return head;
  });
  const open = (place) => {
    heads.forEach((head, at) => {
      head.setAttribute("aria-selected", String(at === place));
      head.tabIndex = at === place ? 0 : -1;
      panels[at].hidden = at !== place;
    });
  };
  bar.addEventListener("click", (event) => {
    const place = heads.indexOf(event.target.closest("button"));
    if (place >= 0) open(place);
  });
  bar.addEventListener("keydown", (event) => {
    const here = heads.indexOf(document.activeElement);
    const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: heads.length - 1 };
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const place = (steps[event.key] + heads.length) % heads.length;
    open(place);
    heads[place].focus();
  });
  // Of two ways to give the same, the one that is seen counts, if it says anything.
  box.closest("form")?.addEventListener("formdata", ({ formData }) => {
    if (!panels.some((panel) => !panel.hidden && fields(panel).some((one) => one.value))) return;
    for (const panel of panels) {
      if (panel.hidden) fields(panel).forEach((one) => formData.delete(one.name));
    }
  });
  bar.append(...heads);
  box.prepend(bar);
  open(0);
}
