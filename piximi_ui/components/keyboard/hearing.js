// Which gallery hears the keyboard, where one takes another's place.

/**
 * Return the gallery that hears the keyboard: the one last used, unless it has left the page, or
 * lies about from the drawing before, and another stands there. Where nothing else stands, keys
 * still count for it: Streamlit takes a gallery away for a moment and puts it back.
 *
 * @template {{host: ShadowRoot | null}} Gallery
 * @param {Gallery | null} active the gallery that was used last
 * @param {Iterable<Gallery>} galleries those that are alive, the newest last
 * @returns {Gallery | null}
 */
export function hearing(active, galleries) {
  if (active === null || stands(active)) return active;
  return [...galleries].filter(stands).at(-1) ?? active;
}

function stands({ host }) {
  const place = host?.host;
  return Boolean(place?.isConnected) && place.closest("[data-stale=true]") === null;
}
