// Reads the repository as the house tests see it: workspaces, their source files, and what each file imports and exports.
// A real parser does the reading, so a comment or a string never counts as an import.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/** The condition under which the packages of this repository find one another's source. */
const FROM_SOURCE = 'longwire-source'

export const ROOT = resolve(import.meta.dirname, '../..')

export type Manifest = {
  name: string
  version: string
  private?: boolean
  license?: string
  description?: string
  files?: string[]
  bin?: Record<string, string>
  repository?: { type: string; url: string; directory: string }
  exports?: Record<string, Record<string, string>>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

export type Import = {
  specifier: string
  line: number
  /** `url` is `new URL('./file', import.meta.url)`: how a worker or a data file is named. */
  how: 'static' | 'dynamic' | 'type' | 'url'
}

export type Export = { name: string; isType: boolean; from: string | undefined }

export type SourceFile = { path: string; text: string; imports: readonly Import[]; exports: readonly Export[] }

export type Workspace = { directory: string; manifest: Manifest; files: readonly SourceFile[] }

/** Every workspace with a manifest under `root`, with its source: what it ships, not its tests. */
export function readWorkspaces(root: string): Workspace[] {
  return globSync(['packages/*/package.json', 'apps/*/package.json', 'examples/*/package.json'], { cwd: root })
    .sort()
    .map((path) => readWorkspace(root, dirname(path)))
}

function readWorkspace(root: string, directory: string): Workspace {
  const manifest: Manifest = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'))
  const inside = directory.startsWith('examples/') ? '**/*.{ts,tsx,js}' : '{src,bin}/**/*.{ts,tsx,js}'
  const files = globSync(`${directory}/${inside}`, { cwd: root, exclude: isNotSource })
    .sort()
    .map((path) => parseFile(path, readFileSync(join(root, path), 'utf8')))
  return { directory, manifest, files }
}

function isNotSource(path: string): boolean {
  return ['node_modules', 'dist', 'test', '.longwire'].includes(basename(path))
}

/** What a file imports and exports. Throws where it does not parse. */
export function parseFile(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text)
  if (errors[0]) throw new SyntaxError(`${path} does not parse: ${errors[0].message}`)
  const at = (offset: number) => text.slice(0, offset).split('\n').length
  const imports: Import[] = []
  const exports: Export[] = []

  for (const { moduleRequest, start, entries } of module.staticImports) {
    const how = entries.length > 0 && entries.every((entry) => entry.isType) ? 'type' : 'static'
    imports.push({ specifier: moduleRequest.value, line: at(start), how })
  }
  for (const { entries, start } of module.staticExports) {
    for (const { moduleRequest, exportName, isType } of entries) {
      if (moduleRequest)
        imports.push({ specifier: moduleRequest.value, line: at(start), how: isType ? 'type' : 'static' })
      const name = exportName.kind === 'None' ? '*' : (exportName.name ?? 'default')
      exports.push({ name, isType, from: moduleRequest?.value })
    }
  }
  new Visitor({
    ImportExpression({ source, start }) {
      if (source.type === 'Literal') imports.push({ specifier: String(source.value), line: at(start), how: 'dynamic' })
    },
    TSImportType({ source, start }) {
      imports.push({ specifier: String(source.value), line: at(start), how: 'type' })
    },
    NewExpression({ callee, arguments: [first, second], start }) {
      const isUrl = callee.type === 'Identifier' && callee.name === 'URL'
      const isHere = second?.type === 'MemberExpression' && second.object.type === 'MetaProperty'
      if (isUrl && isHere && first?.type === 'Literal')
        imports.push({ specifier: String(first.value), line: at(start), how: 'url' })
    },
  }).visit(program)
  return { path, text, imports, exports }
}

/** The name of the package that a specifier asks for, and the door of it; nothing for relative paths and `node:`. */
export function packageOf(specifier: string): { name: string; door: string } | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) return undefined
  const [first = '', second = '', ...rest] = specifier.split('/')
  return first.startsWith('@')
    ? { name: `${first}/${second}`, door: ['.', ...rest].join('/') }
    : { name: first, door: ['.', second, ...rest].filter(Boolean).join('/') }
}

/** The file a relative specifier leads to, from the root of the repository. */
export function targetOf(file: SourceFile, specifier: string): string {
  return relative('/', resolve('/', dirname(file.path), specifier))
}

/** The source file behind each door of a package, `.` first. */
export function doorsOf({ directory, manifest }: Workspace): { door: string; path: string }[] {
  return Object.entries(manifest.exports ?? {})
    .flatMap(([door, ways]) => (ways[FROM_SOURCE] ? [{ door, path: join(directory, ways[FROM_SOURCE]) }] : []))
    .filter(({ path }) => existsSync(join(ROOT, path)))
}
