// What is only asked, at an address of its own: no stroke waits for the answer. One at a time.

const AGAIN = 400; // ms until it is asked again where the one before is still being answered
const ATTEMPTS = 5;
const STILL_BUSY = 409;

export class Asker {
  constructor() {
    /** @type {string | null} */
    this.address = null;
    this.last = Promise.resolve(null);
  }

  /**
   * Ask, after what was asked before; null where there is no answer.
   *
   * @param {object} question `ask`, and what belongs to it
   * @returns {Promise<any>}
   */
  ask(question) {
    this.last = this.last.then(() => this.#send(question));
    return this.last;
  }

  async #send(question) {
    for (let attempt = 0; this.address !== null && attempt < ATTEMPTS; attempt += 1) {
      try {
        const answer = await fetch(window.location.origin + this.address, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ ...question, client: "ask", actions: [] }),
        });
        if (answer.ok) return await answer.json();
        if (answer.status !== STILL_BUSY) return null;
      } catch {
        return null; // no connection; what changes next asks again
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
    return null;
  }

  close() {
    this.address = null;
  }
}
