// The code of a frame, written anew as its size, colours and title are chosen.

export function embed(form) {
  const code = document.getElementById(form.dataset.frame);
  const preview = document.getElementById("embed-preview");
  const usual = code.textContent;
  const query = preview.getAttribute("href");
  const own = form.querySelector("#frame-title").value;
  const value = (name) => form.querySelector(`#frame-${name}`).value.trim();

  const write = () => {
    const [path, keys] = query.split("?");
    const asked = new URLSearchParams(keys);
    const title = value("title") || own;
    if (title !== own) asked.set("title", title);
    if (value("theme")) asked.set("theme", value("theme"));
    const address = `${path}?${asked}`;
    preview.href = address;
    const said = { width: value("width"), height: value("height"), title: quoted(title) };
    let text = usual.replace(query, address.replaceAll("&", "&amp;"));
    for (const [name, now] of Object.entries(said)) {
      text = text.replace(new RegExp(` ${name}="[^"]*"`), () => ` ${name}="${now}"`);
    }
    code.textContent = text;
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", write);
}

function quoted(text) {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
