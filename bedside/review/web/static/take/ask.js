// What the page asks of the server; every change carries the visit's word.

const word = document.querySelector('meta[name="word"]').content;

/** Ask for JSON; throws an Error with the server's own sentence. */
export async function ask(path, method = "GET", body = undefined) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: method === "GET" ? {} : { "content-type": "application/json", "x-bedside-word": word },
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
