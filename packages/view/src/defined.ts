/** The object without its undefined fields, so that a view equals its own copy through JSON. */
export function defined<T extends object>(object: T): T {
  const entries = Object.entries(object)
  return entries.every(([, value]) => value !== undefined)
    ? object
    : (Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as T)
}
