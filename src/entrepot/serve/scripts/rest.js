// The rest of a brief, which takes longer than its answer, put in where the link to it stands.

const AGAIN = 5; // times that a page is asked again whose time was over
const SECONDS = 10; // between them

const stateOf = (page) => page.querySelector("meta[name=lake-state]")?.content;

export async function rest(place, dress) {
  const told = place.querySelector("[role=status]");
  const main = document.querySelector("main");
  const news = document.createElement("p"); // stays when the place of the link goes
  news.className = "unseen";
  news.setAttribute("role", "status");
  main.append(news);
  let whole;
  try {
    whole = await asked(place.dataset.rest, told);
  } catch {
    told.textContent = place.dataset.sayFailed;
    return;
  }
  if (stateOf(whole) !== stateOf(document)) {
    // The lake changed between the two: numbers of both must not stand on one page.
    location.replace(place.dataset.rest + location.hash);
    return;
  }
  const others = ":scope > section:not(.first)";
  const sections = [...whole.querySelector("main").querySelectorAll(others)];
  const gone = [...main.querySelectorAll(others)];
  const hadFocus = gone.some((one) => one.contains(document.activeElement));
  gone.forEach((one) => one.remove());
  main.append(...sections);
  for (const part of [".answer", ".contents", ".state"]) {
    const [here, there] = [document, whole].map((page) => page.querySelector(part));
    if (here && there) here.replaceWith(there);
  }
  const before = whole.querySelector(".before");
  if (before && !document.querySelector(".before")) main.prepend(before);
  sections.forEach(dress);
  news.textContent = place.dataset.sayLoaded;
  if (hadFocus) focusOn(sections[0].querySelector("h2"));
  const wanted = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (wanted) wanted.scrollIntoView();
}

// Until it is there, the server answers 202 with what was found so far.
async function asked(address, told) {
  let again = AGAIN;
  for (;;) {
    const answer = await fetch(address, { headers: { Accept: "text/html", Prefer: "wait=8" } });
    // Its time was over, or others are before it: what was computed is kept, so it goes on from there.
    if (answer.status === 503 && again > 0) {
      again -= 1;
      await later(SECONDS);
      continue;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.status !== 202) return page;
    told.textContent = page.querySelector("[role=status]").textContent;
  }
}

const later = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

function focusOn(heading) {
  heading.tabIndex = -1;
  heading.focus();
}
