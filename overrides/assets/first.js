// Stands inside each page. The reader's colors come before anything is painted; the rest of the style and the
// scripts are fetched at the first touch, so that a page weighs little until then.
{
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const key = "neurolysis-guide:scheme";
  try { root.dataset.scheme = localStorage[key] ?? ""; } catch {} // private windows may refuse

  // The first words are painted before the rest is laid out; not where the address leads into the rest.
  if (!location.hash) {
    root.dataset.first = "";
    addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => setTimeout(() => delete root.dataset.first)));
  }

  // Fetches a file once; what could not be had is asked for again at the next touch.
  const files = {};
  const add = (file, tag, attributes) => files[file] ??= new Promise((done) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.onload = () => done(true);
    element.onerror = () => { element.remove(); delete files[file]; done(false); };
    document.head.append(element);
  });
  const script = (name) => add(name, "script", { src: `${root.dataset.assets + name}.js`, async: false });
  let whole;
  globalThis.wake = async () => {
    delete root.dataset.first; // so that nothing moves below a finger
    const style = add("style", "link", { rel: "stylesheet", href: `${root.dataset.assets}guide.css` });
    return whole = (await Promise.all([style, script("dom"), script("guide")])).every(Boolean);
  };
  for (const touch of ["pointerover", "keydown", "focusin", "scroll", "click", "beforeprint"]) addEventListener(touch, wake, true);
  const paper = matchMedia("print");
  paper.onchange = wake;

  // A note or a word that is pressed before all is there opens then, if the reader is still at it.
  let last;
  addEventListener("click", async (event) => {
    const pressed = last = event.target.closest(".footnote-ref, .word");
    if (whole || !pressed || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    const place = () => pressed.getBoundingClientRect().top, at = place();
    if (!await wake()) pressed.href ? location = pressed.href : pressed.popoverTargetElement.togglePopover();
    else if (pressed === last && Math.abs(place() - at) < 9) pressed.click();
  });

  addEventListener("DOMContentLoaded", () => {
    // Light or dark: the reader's device decides until a choice is made.
    const button = one(".scheme");
    const name = () => {
      const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      button.textContent = (root.dataset.scheme || dark) === "dark" ? "Light" : "Dark";
    };
    button.onclick = () => {
      name();
      root.dataset.scheme = button.textContent.toLowerCase();
      try { localStorage[key] = root.dataset.scheme; } catch {}
      name();
    };
    name();
    button.hidden = false;
    // Few pages have parts that need a script at once. No text of a page can set these attributes.
    for (const part of ["mine", "compare", "search"]) if (one(`[data-${part}]`)) ["dom", part].map(script);
    if (location.hash || paper.matches) wake(); // an address may lead into what is closed
  });
}
