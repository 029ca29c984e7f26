// Which part of the house may lean on which, as a function from the repository to the list of what is wrong in it.
import { packageOf, type SourceFile, targetOf, type Workspace } from './workspace.ts'

/** The arrows of the architecture, each written out: what a package may import of ours. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  '@longwire/protocol': [],
  '@longwire/view': ['@longwire/protocol'],
  '@longwire/store': ['@longwire/protocol'],
  '@longwire/agent': ['@longwire/protocol'],
  '@longwire/store-sqlite': ['@longwire/protocol', '@longwire/store'],
  '@longwire/store-postgres': ['@longwire/protocol', '@longwire/store'],
  '@longwire/bus-nats': ['@longwire/store'],
  // The embedded store comes with the server: a data folder is all that it needs to be told.
  '@longwire/server': [
    '@longwire/protocol',
    '@longwire/view',
    '@longwire/store',
    '@longwire/store-sqlite',
    '@longwire/agent',
  ],
  '@longwire/socket.io': ['@longwire/server'],
  '@longwire/client': ['@longwire/protocol', '@longwire/view'],
  '@longwire/react': ['@longwire/protocol', '@longwire/view', '@longwire/client'],
  '@longwire/ai-sdk': ['@longwire/protocol', '@longwire/view', '@longwire/client'],
  // The command line serves as well as it chats.
  longwire: [
    '@longwire/protocol',
    '@longwire/view',
    '@longwire/client',
    '@longwire/agent',
    '@longwire/store',
    '@longwire/store-sqlite',
    '@longwire/store-postgres',
    '@longwire/bus-nats',
    '@longwire/server',
  ],
}

/** What lives in apps and examples stands outside: it may use any package that its users may. */
const FOR_EVERYONE = [
  '@longwire/protocol',
  '@longwire/view',
  '@longwire/agent',
  '@longwire/client',
  '@longwire/react',
  '@longwire/ai-sdk',
]

/** Packages that a browser loads: nothing of Node's may be in them. */
const IN_BROWSERS = ['@longwire/protocol', '@longwire/view', '@longwire/client', '@longwire/react', '@longwire/ai-sdk']

/** One sentence for each thing that is wrong, in the order of the files. */
export function violations(workspaces: readonly Workspace[]): string[] {
  const ours = new Map(workspaces.map((workspace) => [workspace.manifest.name, workspace]))
  return [
    ...workspaces.flatMap((workspace) => [
      ...workspace.files.flatMap((file) => wrongImports(workspace, file, ours)),
      ...wrongDependencies(workspace, ours),
    ]),
    ...cycles(workspaces.flatMap(({ files }) => files)),
  ]
}

function wrongImports(workspace: Workspace, file: SourceFile, ours: ReadonlyMap<string, Workspace>): string[] {
  const { name } = workspace.manifest
  return file.imports.flatMap(({ specifier, line, how }) => {
    const says = (what: string) => [`${file.path}:${line} ${what}`]
    if (specifier.startsWith('.')) {
      if (!targetOf(file, specifier).startsWith(`${workspace.directory}/`))
        return says(`leaves its package by '${specifier}'`)
      if (how === 'url' && specifier.endsWith('.ts') && workspace.directory.startsWith('packages/'))
        return says(
          `names '${specifier}' by URL, which tsc does not rewrite for dist: give it the ending of its own file`,
        )
      return []
    }
    if (specifier.startsWith('node:'))
      return IN_BROWSERS.includes(name) ? says(`imports '${specifier}' into a package that browsers load`) : []
    const wanted = packageOf(specifier)
    if (!wanted || how === 'url') return []
    const target = ours.get(wanted.name)
    if (target && !mayLeanOn(workspace, wanted.name)) return says(`imports '${wanted.name}', against the arrows`)
    if (!declared(workspace).has(wanted.name) && wanted.name !== name)
      return says(`imports '${wanted.name}', which its package.json does not list under dependencies`)
    if (!target) return []
    if (!Object.hasOwn(target.manifest.exports ?? {}, wanted.door))
      return says(`imports '${specifier}', which is not a door`)
    if (wanted.door === './internal' && !workspace.directory.startsWith('packages/'))
      return says(`imports '${specifier}', a door for siblings only`)
    return []
  })
}

function mayLeanOn({ manifest, directory }: Workspace, wanted: string): boolean {
  if (wanted === manifest.name) return true
  return (directory.startsWith('packages/') ? (ARROWS[manifest.name] ?? []) : FOR_EVERYONE).includes(wanted)
}

/** What may be imported at run time by whoever installed the package. */
function declared({ manifest }: Workspace): ReadonlySet<string> {
  const { dependencies, peerDependencies, optionalDependencies } = manifest
  return new Set(Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }))
}

function wrongDependencies(workspace: Workspace, ours: ReadonlyMap<string, Workspace>): string[] {
  const { manifest, directory, files } = workspace
  const used = new Set(files.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier)?.name)))
  const path = `${directory}/package.json`
  return [...declared(workspace)].flatMap((name) => {
    const target = ours.get(name)
    if (target && !mayLeanOn(workspace, name)) return [`${path} depends on '${name}', against the arrows`]
    if (target && manifest.dependencies?.[name] !== target.manifest.version)
      return [`${path} asks for '${name}' ${manifest.dependencies?.[name]}, which is at ${target.manifest.version}`]
    return used.has(name) || files.length === 0 ? [] : [`${path} depends on '${name}', which no file imports`]
  })
}

/**
 * Circles of files that need one another to run, each told from its first file. Types that know each other are no circle:
 * they are gone before anything is loaded.
 */
function cycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const found: string[] = []

  function walk(path: string, trail: readonly string[]): void {
    const seenAt = trail.indexOf(path)
    if (seenAt >= 0) found.push(`${[...trail.slice(seenAt), path].join(' → ')} is a circle of imports`)
    const file = byPath.get(path)
    if (seenAt >= 0 || done.has(path) || !file) return
    for (const { specifier, how } of file.imports)
      if (specifier.startsWith('.') && (how === 'static' || how === 'dynamic'))
        walk(targetOf(file, specifier), [...trail, path])
    done.add(path)
  }
  for (const { path } of files) walk(path, [])
  return found
}
