// A classic script that runs before the first paint, so that a kept theme never flashes; theme.js does the rest.
try {
  const kept = localStorage.getItem("kodcode-theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // Storage is closed to us: the system's theme holds.
}
