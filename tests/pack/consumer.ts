// An empty project that installs what `npm pack` makes of this repository, as a stranger would, and runs things in it.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Manifest, ROOT, type Workspace } from '../house/workspace.ts'

const run = promisify(execFile)

/** What a project that uses TypeScript has anyway: not part of what is tried, so taken from this repository as it is. */
const ASIDE = ['@types/node', '@types/react', '@ai-sdk/react', 'vitest']

/** The Nodes that a package has to work in, by name. */
export const NODES = {
  'Node 24': join(ROOT, 'node_modules/node/bin/node'),
  'Node 22.13': join(ROOT, 'tests/pack/node_modules/node/bin/node'),
} as const

export type NodeName = keyof typeof NODES

type Lock = { packages: Record<string, { version?: string; link?: boolean }> }

export class Consumer {
  readonly directory: string
  readonly tarballs: ReadonlyMap<string, string>
  readonly #children = new Set<ChildProcess>()

  private constructor(directory: string, tarballs: ReadonlyMap<string, string>) {
    this.directory = directory
    this.tarballs = tarballs
  }

  /** Packs `packages` and installs the tarballs, each other package in the version that this repository has locked. */
  static async install(packages: readonly Workspace[]): Promise<Consumer> {
    const directory = await mkdtemp(join(tmpdir(), 'longwire-pack-'))
    const consumer = new Consumer(directory, await pack(packages, join(directory, 'tarballs')))
    await consumer.#writeManifests(packages)
    // What the repository installed is in npm's cache, so this asks the network only where that was cleared.
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    await run('npm', ['install', ...flags], { cwd: directory, env: outsideEnvironment() })
    for (const name of ASIDE) {
      const place = join(directory, 'node_modules', name)
      if (existsSync(place)) continue // one of the packages brings it
      await mkdir(dirname(place), { recursive: true })
      await symlink(join(ROOT, 'node_modules', name), place, 'dir')
    }
    return consumer
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.directory, name), text)
  }

  /** What a program of the project printed. Rejects with what it complained of. */
  async run(node: NodeName, ...args: string[]): Promise<string> {
    const { stdout } = await run(NODES[node], args, { cwd: this.directory, env: outsideEnvironment() })
    return stdout
  }

  /** Starts a program that stays; resolves with the first part of its output that `ready` finds. */
  async start(
    node: NodeName,
    args: readonly string[],
    ready: RegExp,
  ): Promise<{ said: string; stop(): Promise<number | null> }> {
    const child = spawn(NODES[node], args, { cwd: this.directory, env: outsideEnvironment() })
    this.#children.add(child)
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const said = await new Promise<string>((resolve, reject) => {
      let output = ''
      const hear = (piece: Buffer) => {
        output += piece
        const found = ready.exec(output)
        if (found) resolve(found[0])
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${output}`)))
    })
    const stop = () => {
      child.kill('SIGTERM')
      return gone
    }
    return { said, stop }
  }

  /** Ends what still runs, and leaves nothing behind. */
  async remove(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await rm(this.directory, { recursive: true, force: true })
  }

  async #writeManifests(packages: readonly Workspace[]): Promise<void> {
    const lock: Lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'))
    const files = [...this.tarballs].map(([name, path]) => [name, `file:${path}`])
    const dependencies = Object.fromEntries(files)
    const project = { name: 'consumer', version: '1.0.0', private: true, type: 'module', dependencies }
    const registry = (await run('npm', ['config', 'get', 'registry'], { cwd: this.directory })).stdout.trim()
    const locked = {
      name: project.name,
      version: project.version,
      lockfileVersion: 3,
      packages: { '': project, ...lockedPackages(lock, packages, this.tarballs, registry) },
    }
    await this.write('package.json', JSON.stringify(project))
    await this.write('package-lock.json', JSON.stringify(locked))
  }
}

/** One tarball for each package, by the package's name. */
async function pack(packages: readonly Workspace[], destination: string): Promise<Map<string, string>> {
  await mkdir(destination)
  const npmPack = (some: readonly Workspace[], ...flags: string[]) => {
    const which = some.flatMap(({ directory }) => ['-w', directory])
    return run('npm', ['pack', ...which, ...flags, '--pack-destination', destination], { cwd: ROOT })
  }
  // Packing those that nobody leans on builds all the others too, so that they need not each be built again.
  const leanedOn = new Set(packages.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {})))
  const last = packages.filter(({ manifest }) => !leanedOn.has(manifest.name))
  await npmPack(last)
  await npmPack(
    packages.filter((one) => !last.includes(one)),
    '--ignore-scripts',
  )
  return new Map(
    packages.map(({ manifest: { name, version } }) => {
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
      return [name, join(destination, file)]
    }),
  )
}

/** The lock of this repository as one for the consumer: the tarballs in the places of the workspaces. */
function lockedPackages(
  lock: Lock,
  packages: readonly Workspace[],
  tarballs: ReadonlyMap<string, string>,
  registry: string,
): Record<string, object> {
  const ours = packages.map(({ manifest }) => [
    `node_modules/${manifest.name}`,
    { ...installedPart(manifest), resolved: `file:${tarballs.get(manifest.name)}` },
  ])
  const others = Object.entries(lock.packages).flatMap(([path, entry]) => {
    const owner = packages.find(({ directory }) => path.startsWith(`${directory}/node_modules/`))
    const place = owner ? path.replace(owner.directory, `node_modules/${owner.manifest.name}`) : path
    if (!place.startsWith('node_modules/') || entry.link) return []
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const file = `${name.split('/').at(-1)}-${entry.version}.tgz`
    return [[place, { ...entry, resolved: new URL(`${name}/-/${file}`, registry).href }]]
  })
  return Object.fromEntries([...ours, ...others])
}

function installedPart({ exports: _, devDependencies: __, files: ___, ...part }: Manifest): object {
  return part
}

/** Without what npm and the test runner tell their children, and which a stranger's shell would not. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_(?!config_cache|config_registry)|VITEST|NODE_OPTIONS|NODE_COMPILE_CACHE|NODE_ENV$|TEST$)/i.test(name),
    ),
  )
}
