// Follows the reader's light or dark setting, as PatternFly wants it said, unless the realm has switched it off.
const kDarkClass = "pf-v5-theme-dark";

export function followDarkMode(environment) {
  if (!environment.darkMode) return;
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.classList.toggle(kDarkClass, query.matches);
  query.addEventListener("change", apply);
  apply();
}
