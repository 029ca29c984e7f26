import icon from './icon.svg'

/** Draws how many sessions wait for the person: before the title of the page, on its icon, and on that of an installed one. */
export function showBadge(count: number): void {
  document.title = titleWith(document.title, count)
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  if (link) void iconWith(count).then((href) => link.setAttribute('href', href))
  if ('setAppBadge' in navigator)
    void (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {})
}

/** "(2) Compare Novalith" */
export function titleWith(title: string, count: number): string {
  const bare = title.replace(/^\(\d+\) /, '')
  return count > 0 ? `(${count}) ${bare}` : bare
}

const SIZE = 64

async function iconWith(count: number): Promise<string> {
  if (count === 0) return icon
  const picture = new Image()
  picture.src = icon
  await picture.decode()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE
  const context = canvas.getContext('2d')
  if (!context) return icon
  context.drawImage(picture, 0, 0, SIZE, SIZE)
  context.fillStyle = '#e2702b'
  context.strokeStyle = '#fff'
  context.lineWidth = 5
  context.beginPath()
  context.arc(SIZE - 18, 18, 16, 0, 2 * Math.PI)
  context.stroke()
  context.fill()
  return canvas.toDataURL('image/png')
}
