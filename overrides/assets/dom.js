// What the other scripts share. It is fetched before them.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const script = document.currentScript;
const base = new URL("..", script.src); // the site's root

// An element with its attributes and children; text is text, never markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// What a fragment of an address points to, or nothing.
function target(hash) {
  try { return document.getElementById(decodeURIComponent(hash.slice(1))); } catch { return null; } // such as #100%
}

// What an address points to may stand in a part that is closed.
function reveal() {
  const wanted = target(location.hash);
  if (wanted?.matches(".moved")) return location.replace(one("a", wanted).href); // it stands on another page now
  const closed = wanted?.closest("details:not([open])");
  if (closed) {
    closed.open = true;
    wanted.scrollIntoView();
  }
}
