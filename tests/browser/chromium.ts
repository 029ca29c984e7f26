// The browser that the tests run in. npm brings it, with the libraries and the fonts it needs, so a machine with nothing
// but Node has it. Where that one does not run, a Chromium or Chrome of the machine takes its place.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/longwire-chromium', import.meta.url))
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

export interface Chromium {
  readonly executable: string
  /** What it needs to find beside it. */
  readonly env: Readonly<Record<string, string>>
  readonly from: 'environment' | 'npm' | 'path'
}

let found: Promise<Chromium | undefined> | undefined

/**
 * The browser named by `LONGWIRE_BROWSER`, else the one that npm brought, else the first on `PATH` that runs. Undefined
 * where there is none.
 */
export function findChromium(): Promise<Chromium | undefined> {
  found ??= find()
  return found
}

async function find(): Promise<Chromium | undefined> {
  const named = process.env.LONGWIRE_BROWSER
  if (named) return runs({ executable: named, env: {}, from: 'environment' })
  return (await fromNpm()) ?? (await fromPath())
}

async function fromNpm(): Promise<Chromium | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined // it is built for nothing else
  const folder = await unpacked()
  const env = {
    LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
    FONTCONFIG_FILE: join(folder, 'fonts.conf'),
  }
  return runs({ executable: join(folder, 'chromium'), env, from: 'npm' })
}

async function fromPath(): Promise<Chromium | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).filter(existsSync)
  for (const executable of candidates) {
    const works = await runs({ executable, env: {}, from: 'path' })
    if (works) return works
  }
  return undefined
}

async function runs(chromium: Chromium): Promise<Chromium | undefined> {
  const env = { ...process.env, ...chromium.env }
  return run(chromium.executable, ['--version'], { env, timeout: 30_000 }).then(
    () => chromium,
    () => undefined,
  )
}

/** The folder that this version of the package is unpacked in: made by whoever comes first, found by all others. */
async function unpacked(): Promise<string> {
  const folder = join(CACHE, await versionFromNpm())
  if (existsSync(folder)) return folder
  await mkdir(CACHE, { recursive: true })
  const making = await mkdtemp(join(CACHE, 'making-'))
  try {
    const env = { ...process.env, TMPDIR: making }
    await run(process.execPath, [join(import.meta.dirname, 'unpack-chromium.ts')], { env })
    await writeFile(join(making, 'fonts.conf'), fontsIn(join(folder, 'fonts')))
    await rename(making, folder)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    if (!existsSync(folder)) throw error // else another process was faster
  }
  return folder
}

async function versionFromNpm(): Promise<string> {
  const manifest = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../package.json')
  return JSON.parse(await readFile(manifest, 'utf8')).version
}

function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}</dir><cachedir>${folder}/cache</cachedir></fontconfig>
`
}
