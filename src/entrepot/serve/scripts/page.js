// What makes pages better where scripts run. Without them every page works as it is.

import { copy } from "./copy.js";
import { embed } from "./embed.js";
import { frame } from "./frame.js";
import { OWN, mail } from "./mail.js";
import { rest } from "./rest.js";
import { slash, suggest } from "./search.js";
import { tabs } from "./tabs.js";
import { tooltips } from "./tooltips.js";
import { wait } from "./wait.js";

function dress(part) {
  part.querySelectorAll("[data-tabs]").forEach(tabs);
  part.querySelectorAll("figure").forEach(tooltips);
}

document.querySelectorAll("form.find").forEach(suggest);
document.querySelectorAll("header form.find").forEach(slash);
dress(document);
document.querySelectorAll("a[data-mail]").forEach(mail);
document.querySelectorAll("button[data-copy]").forEach(copy);
// The code of a frame and the link name this server where its operator named no address.
document.querySelectorAll("pre[data-origin]").forEach((code) => {
  code.textContent = code.textContent.replace(code.dataset.origin, location.origin);
  code.nextElementSibling.hidden = !OWN.test(location.hostname);
});
document.querySelectorAll("input[data-origin]").forEach((link) => {
  link.value = location.origin + link.value;
});
document.querySelectorAll("form[data-frame]").forEach(embed);
document.querySelectorAll("body.embed").forEach(frame);
document.querySelectorAll("[data-rest]").forEach((place) => rest(place, dress));
document.querySelectorAll("[data-wait]").forEach(wait);
