/**
 * The address of a path on this server, which a proxy may serve under any prefix: the page has the relative path to the root.
 * @param {string} path from the root, without a leading slash
 */
export function fromRoot(path) {
  return new URL(path, new URL(document.documentElement.dataset.root ?? "/", location.href)).href;
}

/**
 * The address of a file of static/, in the version that the page was rendered for.
 * @param {string} name such as `locales/en.json`
 */
export function fileOf(name) {
  return new URL(name, new URL(document.documentElement.dataset.static ?? "/static/", location.href)).href;
}
