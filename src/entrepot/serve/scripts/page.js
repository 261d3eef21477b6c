// What makes pages better where scripts run. Without them every page works as it is.

import { suggest } from "./search.js";
import { tabs } from "./tabs.js";
import { tooltips } from "./tooltips.js";

document.querySelectorAll("form.find").forEach(suggest);
document.querySelectorAll("[data-tabs]").forEach(tabs);
document.querySelectorAll("figure").forEach(tooltips);
