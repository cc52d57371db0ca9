// Finding and making elements of a page.

/**
 * Return the element of an id; the template has it.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function find(id) {
  return findAs(id, HTMLElement);
}

/**
 * Return the element of an id, of a kind; throw where the template has none.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function findAs(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} with the id ${id}.`);
  return found;
}

/**
 * Return a new element with a class.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name
 * @param {string} [className]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(name, className = "") {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
