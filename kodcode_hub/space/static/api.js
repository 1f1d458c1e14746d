/** The one module that talks to the server. */

/** What the server said, or that it could not be reached; its message is shown as it is. */
export class ApiError extends Error {}

const KEPT = 40;
/** @type {Map<string, any>} */
const answers = new Map();

/**
 * @param {string} path  below `app/`, with its query string
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function get(path, signal) {
  return (await answered(fetch(address(path), { signal }))).json();
}

/**
 * As `get`; a release does not change, so an answer that was had once holds, and going back is instant.
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function getKept(path, signal) {
  const kept = keptAnswer(path);
  if (kept) return kept;
  const answer = await get(path, signal);
  answers.set(path, answer);
  if (answers.size > KEPT) answers.delete(/** @type {string} */ (answers.keys().next().value));
  return answer;
}

/** @param {string} path */
export function keptAnswer(path) {
  return answers.get(path);
}

/**
 * @param {string} path
 * @param {object} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function post(path, body, signal) {
  return (await answered(sent(path, body, signal))).json();
}

/**
 * The events of a run, each as soon as it is there.
 * @param {string} path
 * @param {object} body
 * @param {AbortSignal} signal  ends the request, and with it the run
 * @returns {AsyncGenerator<any>}
 */
export async function* stream(path, body, signal) {
  const response = await answered(sent(path, body, signal));
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body)
    .pipeThrough(/** @type {any} */ (new TextDecoderStream()))
    .getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : /** @type {string} */ (lines.pop());
    for (const line of lines) if (line.trim()) yield JSON.parse(line);
    if (done) return;
  }
}

/** The full address below `app/`, for links too. @param {string} path */
export function address(path) {
  return new URL(`app/${path}`, document.baseURI).href;
}

/**
 * Signals for requests of which only the last one counts: asking for the next one ends the one before.
 * @returns {() => AbortSignal}
 */
export function onlyLast() {
  let last = new AbortController();
  return () => {
    last.abort();
    last = new AbortController();
    return last.signal;
  };
}

/** @param {any} error */
export function isAbort(error) {
  return error?.name === "AbortError";
}

/** A sentence for the reader. @param {any} error */
export function messageOf(error) {
  return error instanceof ApiError ? error.message : "The answer of the server could not be read.";
}

/**
 * @param {string} path
 * @param {object} body
 * @param {AbortSignal} [signal]
 */
function sent(path, body, signal) {
  const headers = { "content-type": "application/json" };
  return fetch(address(path), { method: "POST", headers, body: JSON.stringify(body), signal });
}

/**
 * @param {Promise<Response>} request
 * @returns {Promise<Response>}
 */
async function answered(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError("The server cannot be reached. Check the connection and try again.");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => null);
  throw new ApiError(
    said?.error ? String(said.error) : `The server answered ${response.status}. Try again in a moment.`,
  );
}
