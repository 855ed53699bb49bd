// Stands inside each page. The reader's colors come before anything is painted; the rest of the style and the
// scripts are fetched at the first touch, so that a page weighs little until then.
{
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const key = "neurolysis-guide:scheme";
  try { root.dataset.scheme = localStorage[key] ?? ""; } catch {} // private windows may refuse

  const add = (tag, attributes) => new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement(tag), { onload, onerror }, attributes));
  });
  const scripts = {};
  const script = (name) => scripts[name] ??= add("script", { src: `${root.dataset.assets + name}.js`, async: false });
  let rest, whole;
  const wake = () => rest ??= Promise.all([
    add("link", { rel: "stylesheet", href: `${root.dataset.assets}guide.css` }), script("dom"), script("guide"),
  ]).then(() => { whole = true; });
  for (const touch of ["pointerover", "keydown", "focusin", "scroll", "beforeprint"]) addEventListener(touch, wake, true);
  const paper = matchMedia("print");
  paper.onchange = wake;

  // A note that is pressed before all is there opens then.
  addEventListener("click", (event) => {
    const note = event.target.closest(".footnote-ref");
    if (whole || !note || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    wake().then(() => note.click(), () => { location = note.href; });
  });

  addEventListener("DOMContentLoaded", () => {
    // Light or dark: the reader's device decides until a choice is made.
    const button = one(".scheme");
    const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const name = () => { button.textContent = (root.dataset.scheme || dark) === "dark" ? "Light" : "Dark"; };
    button.onclick = () => {
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
