// Requests to the server; every change carries the visit's CSRF token.

const csrf = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf"]')).content;

/**
 * Ask for JSON; throw an Error with the server's own sentence.
 * @param {string} path
 * @param {string} [method]
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function ask(path, method = "GET", body = undefined) {
  let answer;
  try {
    /** @type {Record<string, string>} */
    const headers = method === "GET" ? {} : { "content-type": "application/json", "x-bedside-csrf": csrf };
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The pages are closed; open them again with bedside review.");
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) location.href = "/enter";
  if (!answer.ok) throw new Error(told.sentence ?? "That did not work; load the page again.");
  return told;
}
