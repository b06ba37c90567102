// The page's address, which leads a reload to what is shown.

const WRITTEN = 300; // ms after which Streamlit has written the address of what it drew

/** Put what is shown into the address. */
export function leadTo(name, value) {
  const address = new URL(window.location.href);
  if (address.searchParams.get(name) === value) return;
  address.searchParams.set(name, value);
  window.history.replaceState(window.history.state, "", address);
}

/** Streamlit just drew, and writes the address as it knew it before: put what is shown then into it again. */
export function leadHere(name, shown) {
  setTimeout(() => {
    const value = shown();
    if (value) leadTo(name, value);
  }, WRITTEN);
}
