// @ts-check
/** Sending one file of a form, with how far it has come. */

/**
 * @typedef {{isDone: true} | {isDone: false, message: string, isLost: boolean}} Sent
 * `isLost`: no answer came, and trying again may help.
 */

/**
 * @param {string} address
 * @param {FormData} form
 * @param {(share: number) => void} progress from 0 to 1
 * @returns {Promise<Sent>}
 */
export function send(address, form, progress) {
  return new Promise((resolve) => {
    // Not fetch(): it does not tell how much of a body has left.
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("load", () => resolve(readAnswer(request.status, request.responseText)));
    for (const lost of ["error", "timeout", "abort"]) {
      request.addEventListener(lost, () => resolve({ isDone: false, message: "", isLost: true }));
    }
    request.send(form);
  });
}

/**
 * @param {number} status
 * @param {string} body
 * @returns {Sent}
 */
export function readAnswer(status, body) {
  if (status >= 200 && status < 300) return { isDone: true };
  try {
    const told = JSON.parse(body);
    return { isDone: false, message: typeof told.title === "string" ? told.title : "", isLost: false };
  } catch {
    // What stands before our server answered in its own way.
    return { isDone: false, message: `HTTP ${status}`, isLost: false };
  }
}
