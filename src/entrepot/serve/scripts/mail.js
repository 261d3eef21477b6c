// The answer of a page and the address of its note, as a message in the mail program of the reader.

// Names by which a machine reaches itself: in a message to somebody else they lead nowhere.
export const OWN = /^(.*\.?localhost|127(\.\d+){3}|\[::1?\]|0\.0\.0\.0)$/;

export function mail(link) {
  const answer = document.querySelector("p.answer").cloneNode(true);
  answer.querySelectorAll("sup, .see").forEach((mark) => mark.remove());
  const words = answer.textContent.replace(/\s+/g, " ").trim();
  const note = new URL(link.getAttribute("href"), link.dataset.mail || location.href);
  const isOwn = OWN.test(note.hostname);
  const body = isOwn ? `${words}\n` : `${words}\n\n${note}\n`;
  const title = document.querySelector("h1").textContent.trim();
  link.href = `mailto:?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(body)}`;
  link.hidden = false;
  link.nextElementSibling.hidden = !isOwn;
}
