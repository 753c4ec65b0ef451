// What the server tells its consoles: where it is, which realm and client they sign in with, which pages to show.
export function readEnvironment() {
  return JSON.parse(document.getElementById("environment").textContent);
}
