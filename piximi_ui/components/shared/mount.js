// Streamlit calls a component's `mount` at every drawing, and what it returned before it; a drawing
// that overtakes another does both in the other order, so what went is looked at once more.

const AWAY = 100; // ms without a place on the page after which an element was taken away

/**
 * Return a component's `mount`: one instance for each place on the page, closed when that has gone.
 *
 * @param {(host: ShadowRoot, style: string | null) => object} make an instance: `update(component)`
 *   draws, `close()` ends it; where it has a promise `ready`, its first drawing waits for that
 */
export function perPlace(make, away = AWAY) {
  const instances = new WeakMap();
  const drawings = new WeakMap();
  return async function mount(component, style) {
    const host = component.parentElement;
    let instance = instances.get(host);
    if (!instance) {
      instance = make(host, style);
      instances.set(host, instance);
      await instance.ready;
    }
    const drawing = (drawings.get(instance) ?? 0) + 1;
    drawings.set(instance, drawing);
    instance.update(component);
    return () => {
      setTimeout(() => {
        if (drawings.get(instance) !== drawing && host.host.isConnected) return;
        if (instances.get(host) === instance) instances.delete(host);
        instance.close();
      }, away);
    };
  };
}
