import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import type { DoorHouse, Doors } from '../context.ts'
import { faultsOver, frontPage } from '../front-page.ts'
import { CHANGES } from './changes.ts'

/** The addresses that are pages of the console. Every other one is a door, or nothing. */
const PAGES = ['/', '/s/*', '/watch/*', '/inspect/*', '/operator', '/operator/*']
const FOR_EVER = 'public, max-age=31536000, immutable'

/**
 * The web console from the folder that the build of it made. Where there is none, the page at `/` tells what this server
 * is and how to have the console.
 */
export function consoleDoors(doors: Doors, house: DoorHouse): void {
  const { console: directory } = house
  const page = directory === undefined ? undefined : join(directory, 'index.html')

  if (directory !== undefined) {
    doors.use('/assets/*', async (c, next) => {
      await next()
      // The name of each of these files holds the hash of what is in it.
      if (c.res.ok) c.header('cache-control', FOR_EVER)
    })
    doors.get('/assets/*', serveStatic({ root: directory, precompressed: true }))
  }

  for (const path of PAGES) {
    doors.get(path, (c) => {
      // Read each time: it is one small file, and a new build is served without a restart.
      if (page !== undefined && existsSync(page)) {
        return c.html(pageOf(readFileSync(page, 'utf8'), house), 200, { 'cache-control': 'no-cache' })
      }
      if (path !== '/') return c.notFound()
      return c.html(frontPage(house.agents(), new URL(c.req.url).origin, house.faults(), page !== undefined))
    })
  }
}

/** In development the page is told where it hears of changes, and shows what went wrong in agents. */
function pageOf(html: string, { changes, faults }: DoorHouse): string {
  const over = faultsOver(faults())
  // As functions: what an agent threw may hold a `$`.
  const shown = over === '' ? html : html.replace('<div id="page">', (page) => `${over}\n    ${page}`)
  if (changes === undefined) return shown
  return shown.replace('</head>', (end) => `  <meta name="longwire-changes" content="${CHANGES}" />\n  ${end}`)
}
