import { existsSync, unwatchFile, watchFile } from 'node:fs'
import { join } from 'node:path'

/** From `src/serving` as well as from `dist/serving`. */
const PACKAGE = join(import.meta.dirname, '../..')

/** Where the built web console is: in the published package, or in the checkout, where it may not be built yet. */
export function consoleFolder(): string | undefined {
  const packed = join(PACKAGE, 'console')
  if (existsSync(packed)) return packed
  const inCheckout = join(PACKAGE, '../../apps/console')
  return existsSync(join(inCheckout, 'package.json')) ? join(inCheckout, 'dist') : undefined
}

/** Calls `changed` when the console was built anew. Returns the way to stop it. */
export function watchConsole(changed: () => void): () => void {
  const folder = consoleFolder()
  if (folder === undefined) return () => {}
  const page = join(folder, 'index.html')
  watchFile(page, { interval: 500, persistent: false }, changed)
  return () => unwatchFile(page, changed)
}
