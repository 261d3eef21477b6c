// The answer of a page and the address of its note, as a message in the mail program of the reader.

export function mail(link) {
  const answer = document.querySelector("p.answer").cloneNode(true);
  answer.querySelectorAll("sup, .see").forEach((mark) => mark.remove());
  const words = answer.textContent.replace(/\s+/g, " ").trim();
  const body = `${words}\n\n${new URL(link.getAttribute("href"), location.href)}\n`;
  const title = document.querySelector("h1").textContent.trim();
  link.href = `mailto:?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(body)}`;
  link.hidden = false;
}
