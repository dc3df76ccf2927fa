/**
 * An address of this server, which a proxy may show under any path: the page says which way its root lies.
 * @param {string} path from there, with no slash before it
 */
export function fromRoot(path) {
  return new URL(path, new URL(document.documentElement.dataset.root ?? "/", location.href)).href;
}

/**
 * An address of a file of static/, of the version that the page was made for: the page says where they lie.
 * @param {string} name such as `locales/en.json`
 */
export function fileOf(name) {
  return new URL(name, new URL(document.documentElement.dataset.static ?? "/static/", location.href)).href;
}
