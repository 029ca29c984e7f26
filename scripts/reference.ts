// Writes docs/reference from the schemas and tables of the protocol: `npm run docs`.
// With --check it writes nothing, and fails where a page is not what would be written.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { referenceFiles } from './reference/reference-files.ts'

const ROOT = resolve(import.meta.dirname, '..')

const stale = Object.entries(referenceFiles()).filter(([path, text]) => readIfThere(join(ROOT, path)) !== text)

if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is not what the schemas say: run \`npm run docs\` and commit it`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const [path, text] of stale) {
    writeFileSync(join(ROOT, path), text)
    console.log(`wrote ${relative(process.cwd(), join(ROOT, path))}`)
  }
  if (stale.length === 0) console.log('docs/reference is as the schemas say')
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
