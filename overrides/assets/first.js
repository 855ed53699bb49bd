// Stands inside each page. The reader's colors come before anything is painted; the rest of the style and
// the script are fetched at the first touch, so that a page weighs little until then.
{
  const root = document.documentElement;
  const key = "neurolysis-guide:scheme";
  try { root.dataset.scheme = localStorage.getItem(key) ?? ""; } catch {} // private windows may refuse

  const touches = ["pointerover", "keydown", "focusin", "click", "scroll", "beforeprint"];
  const wake = () => {
    for (const touch of touches) removeEventListener(touch, wake, true);
    const fetched = (tag, attributes) => document.head.append(Object.assign(document.createElement(tag), attributes));
    fetched("link", { rel: "stylesheet", href: `${root.dataset.assets}guide.css` });
    fetched("script", { src: `${root.dataset.assets}guide.js` });
  };
  for (const touch of touches) addEventListener(touch, wake, { capture: true, passive: true });

  const paper = matchMedia("print");
  paper.onchange = wake;

  addEventListener("DOMContentLoaded", () => {
    // Light or dark: the reader's device decides until a choice is made.
    const button = document.querySelector(".scheme");
    const other = () => (root.dataset.scheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark" ? "light" : "dark";
    const name = () => { button.textContent = other() === "dark" ? "Dark" : "Light"; };
    button.onclick = () => {
      root.dataset.scheme = other();
      try { localStorage.setItem(key, root.dataset.scheme); } catch {}
      name();
    };
    name();
    button.hidden = false;
    // Here something is to be shown or kept at once.
    if (location.hash || paper.matches || document.querySelector("[data-mine], [data-compare], [data-search]")) wake();
  });
}
