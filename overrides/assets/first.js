// Stands inside each page: the reader's colors come before anything is painted.
{
  const root = document.documentElement;
  const key = "neurolysis-guide:scheme";
  try { root.dataset.scheme = localStorage.getItem(key) ?? ""; } catch {} // private windows may refuse

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
  });
}
