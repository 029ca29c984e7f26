/**
 * In development: loads the page again when the server says that agents or the console are another, and when it is another
 * server than before. What was being written is kept. What goes wrong in agents meanwhile is laid over it.
 */
export function followChanges(): void {
  const door = document.querySelector<HTMLMetaElement>('meta[name="longwire-changes"]')?.content
  if (door === undefined) return
  let known: string | undefined
  const source = new EventSource(door)
  source.addEventListener('change', () => location.reload())
  source.addEventListener('faults', ({ data }: MessageEvent<string>) => showFaults(data))
  source.addEventListener('life', ({ data }: MessageEvent<string>) => {
    if (known !== undefined && known !== data) location.reload()
    known = data
  })
}

/** The HTML is the server's own, with what agents threw in it as text. With nothing in it, nothing went wrong any more. */
function showFaults(html: string): void {
  const shown = document.querySelector<HTMLDetailsElement>('.faults')
  const next = new DOMParser().parseFromString(html, 'text/html').querySelector<HTMLDetailsElement>('.faults')
  if (!next) {
    shown?.remove()
    return
  }
  next.open = shown?.open ?? false
  if (shown) shown.replaceWith(next)
  else document.body.prepend(next)
}
