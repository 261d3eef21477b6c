// A page that is still being computed says how far it is, and gives way to the answer when it is there.

const EACH = 8; // seconds for which the server may keep a request
const AGAIN = 3; // seconds after a broken connection, or an error of a proxy, which is no page of ours

export async function wait(place) {
  for (;;) {
    const answer = await asked();
    if (answer?.status === 202) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const news = page.querySelector("[data-wait]");
      // The line that is read aloud stays the same element, or a change of it would not be heard.
      for (const part of ["h2", "[role=status]"]) {
        place.querySelector(part).textContent = news.querySelector(part).textContent;
      }
      const [known, shown] = [news, place].map((one) => one.querySelector("ul, .ghost"));
      if (shown.innerHTML !== known.innerHTML) shown.replaceWith(known);
    } else if (answer?.ok) {
      break;
    } else {
      const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = page?.querySelector("main");
      if (main) {
        // Shown, and not asked for again: what took too long once would take as long again.
        document.title = page.title;
        document.querySelector("main").replaceWith(main);
        return;
      }
      await new Promise((done) => setTimeout(done, 1000 * AGAIN));
    }
  }
  if (isTyping()) {
    place.querySelector("[role=status]").textContent = place.dataset.sayThere;
    place.querySelector(".hint a").textContent = place.dataset.sayShow;
  } else {
    location.reload();
  }
}

async function asked() {
  const headers = { Accept: "text/html", Prefer: `wait=${EACH}` };
  try {
    return await fetch(location.href, { headers });
  } catch {
    return null;
  }
}

// Nobody may lose a question that is half written.
function isTyping() {
  const fields = [...document.querySelectorAll("input")];
  return fields.some((one) => one.value !== one.defaultValue || one === document.activeElement);
}
