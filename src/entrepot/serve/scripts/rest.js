// The rest of a brief, which takes longer than its answer, put in where the link to it stands.

export async function rest(place, dress) {
  const told = place.querySelector("[role=status]");
  let whole;
  try {
    const answer = await fetch(place.dataset.rest);
    if (!answer.ok) throw new Error(answer.statusText);
    whole = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    told.textContent = "It could not be loaded. The link opens it, or says why not.";
    return;
  }
  const others = ":scope > section:not(.first)";
  const main = document.querySelector("main");
  const sections = [...whole.querySelector("main").querySelectorAll(others)];
  main.querySelectorAll(others).forEach((one) => one.remove());
  main.append(...sections);
  for (const part of [".contents", ".state"]) {
    document.querySelector(part).replaceWith(whole.querySelector(part));
  }
  const before = whole.querySelector(".before");
  if (before && !document.querySelector(".before")) main.prepend(before);
  sections.forEach(dress);
  const wanted = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (wanted) wanted.scrollIntoView();
}
