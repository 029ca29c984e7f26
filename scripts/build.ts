// Builds `dist` of every package, the ones that others lean on first: JavaScript, declarations and maps, with the
// relative `.ts` imports rewritten. `--clean` throws away what is there and builds all of it again. Named folders are
// built alone, with what they lean on: `node ../../scripts/build.ts .` runs before a package is packed.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const CACHE = join(ROOT, 'node_modules/.cache/longwire-build')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

type Manifest = { name: string; bin?: Record<string, string>; dependencies?: Record<string, string> }
type Package = { directory: string; manifest: Manifest }

const wanted = process.argv.slice(2).filter((argument) => argument !== '--clean')
const clean = process.argv.includes('--clean')
const packages = readPackages()
for (const each of inOrder(wanted.length === 0 ? packages : wanted.map(packageAt))) build(each)

function readPackages(): Package[] {
  return globSync('packages/*/package.json', { cwd: ROOT })
    .sort()
    .map((path) => ({
      directory: join(ROOT, dirname(path)),
      manifest: JSON.parse(readFileSync(join(ROOT, path), 'utf8')),
    }))
}

function packageAt(folder: string): Package {
  const found = packages.find(({ directory }) => directory === resolve(folder))
  if (!found) throw new Error(`${resolve(folder)} is not a folder of a package`)
  return found
}

/** These packages, each after the packages it depends on. */
function inOrder(some: readonly Package[]): Package[] {
  const ordered = new Set<Package>()
  function place(one: Package, trail: readonly Package[]): void {
    if (trail.includes(one)) throw new Error(`${one.manifest.name} depends on itself, by way of others`)
    for (const name of Object.keys(one.manifest.dependencies ?? {})) {
      const needed = packages.find(({ manifest }) => manifest.name === name)
      if (needed) place(needed, [...trail, one])
    }
    ordered.add(one)
  }
  for (const one of some) place(one, [])
  return [...ordered]
}

function build({ directory, manifest }: Package): void {
  const started = performance.now()
  if (clean) rmSync(join(directory, 'dist'), { recursive: true, force: true })
  removeOrphans(directory)
  compile(directory, manifest.name)
  copyAssets(directory)
  copyFileSync(join(ROOT, 'LICENSE'), join(directory, 'LICENSE'))
  for (const bin of Object.values(manifest.bin ?? {})) chmodSync(join(directory, bin), 0o755)
  console.error(`${manifest.name.padEnd(24)} ${Math.round(performance.now() - started)} ms`)
}

function compile(directory: string, name: string): void {
  const cache = join(CACHE, name)
  const memory = join(cache, 'tsconfig.tsbuildinfo')
  if (!existsSync(join(directory, 'dist'))) rmSync(memory, { force: true }) // or tsc would think there is nothing to do
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      rootDir: join(directory, 'src'),
      outDir: join(directory, 'dist'),
      declaration: true,
      declarationMap: true,
      sourceMap: true,
      incremental: true,
      tsBuildInfoFile: memory,
      noEmitOnError: true,
    },
    include: [join(directory, 'src')],
  }
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'tsconfig.json'), JSON.stringify(config, null, 2))
  const { status } = spawnSync(process.execPath, [TSC, '-p', cache], { stdio: 'inherit', cwd: ROOT })
  if (status === 0) return
  console.error(`${name} does not build; the packages after it were left as they were`)
  process.exit(1)
}

/** What is in `dist` and came from a source file that is gone. */
function removeOrphans(directory: string): void {
  for (const path of globSync('**/*.{js,d.ts,js.map,d.ts.map}', { cwd: join(directory, 'dist') })) {
    const source = path.replace(/(\.d\.ts|\.js)(\.map)?$/, '')
    const isThere = ['.ts', '.tsx', '.js'].some((ending) => existsSync(join(directory, 'src', source + ending)))
    if (!isThere) rmSync(join(directory, 'dist', path))
  }
}

/** What source reads at run time and tsc does not know: SQL, HTML, and the like. */
function copyAssets(directory: string): void {
  for (const entry of globSync('**/*', { cwd: join(directory, 'src'), withFileTypes: true })) {
    if (!entry.isFile() || /\.tsx?$/.test(entry.name)) continue
    const from = join(entry.parentPath, entry.name)
    const to = from.replace(join(directory, 'src'), join(directory, 'dist'))
    mkdirSync(dirname(to), { recursive: true })
    copyFileSync(from, to)
  }
}
