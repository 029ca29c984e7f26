import { existsSync, unwatchFile, watchFile } from 'node:fs'
import { join, sep } from 'node:path'

/** From `src/serving` as well as from `dist/serving`. */
const PACKAGE = join(import.meta.dirname, '../..')

/** Where the built web console is: in the published package, or in the checkout, where it may not be built yet. */
export function consoleFolder(): string | undefined {
  // A checkout may have been packed once: what lies there then is older than what is built since.
  if (!PACKAGE.split(sep).includes('node_modules')) return join(PACKAGE, '../../apps/console/dist')
  const packed = join(PACKAGE, 'console')
  return existsSync(packed) ? packed : undefined
}

/** Calls `changed` when the console was built anew. Returns the way to stop it. */
export function watchConsole(changed: () => void): () => void {
  const folder = consoleFolder()
  if (folder === undefined) return () => {}
  const page = join(folder, 'index.html')
  watchFile(page, { interval: 500, persistent: false }, changed)
  return () => unwatchFile(page, changed)
}
