// Builds the web console into apps/console/dist, unless what is there is of these sources already. `npm install` runs it
// with `--gently`: an install that could not build the console is still an install, and the page at `/` says what to do.
// `--into FOLDER` copies the result there, for the package that carries it.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const CONSOLE = join(ROOT, 'apps/console')
const DIST = join(CONSOLE, 'dist')
const MADE_OF = [
  'apps/console/{src,build}/**/*',
  'apps/console/{index.html,vite.config.ts,package.json}',
  'packages/{protocol,view,client,react}/src/**/*',
  'package-lock.json',
]

const isGentle = process.argv.includes('--gently')
const into = process.argv[process.argv.indexOf('--into') + 1]
const status = isBuilt() ? 0 : build()
if (status !== 0) console.error('the web console could not be built; `npm run console` tries again')
else if (process.argv.includes('--into') && into !== undefined) copyTo(resolve(into))
process.exitCode = isGentle ? 0 : status

function isBuilt(): boolean {
  const built = timeOf(join(DIST, 'index.html'))
  if (built === undefined) return false
  return globSync(MADE_OF, { cwd: ROOT }).every((path) => (timeOf(join(ROOT, path)) ?? 0) <= built)
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

function build(): number {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--logLevel', 'warn']
  // Whatever runs this, a test for one: what it makes is for people.
  const env = { ...process.env, NODE_ENV: 'production' }
  const { status, error } = spawnSync(process.execPath, args, { cwd: CONSOLE, stdio: 'inherit', env })
  return error === undefined ? (status ?? 1) : 1
}

function copyTo(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  cpSync(DIST, folder, { recursive: true })
}
