/**
 * An address of this server, which a proxy may show under any path: the page says which way its root lies.
 * @param {string} path from there, with no slash before it
 */
export function fromRoot(path) {
  return new URL(path, new URL(document.documentElement.dataset.root ?? "/", location.href)).href;
}
