/**
 * In development: loads the page again when the server says that agents or the console are another, and when it is another
 * server than before. What was being written is kept.
 */
export function followChanges(): void {
  const door = document.querySelector<HTMLMetaElement>('meta[name="longwire-changes"]')?.content
  if (door === undefined) return
  let known: string | undefined
  const source = new EventSource(door)
  source.addEventListener('change', () => location.reload())
  source.addEventListener('life', ({ data }: MessageEvent<string>) => {
    if (known !== undefined && known !== data) location.reload()
    known = data
  })
}
