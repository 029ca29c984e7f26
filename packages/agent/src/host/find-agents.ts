import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AgentLoadError } from './agent-load-error.ts'

const AGENT_FILES = ['agent.ts', 'agent.mts', 'agent.js', 'agent.mjs']
const MODULE = /\.m?[jt]s$/
const NO_AGENT = /(\.d\.m?ts|\.(test|spec|config)\.m?[jt]s)$/

/**
 * The agent files that `paths` name, each once, as absolute paths. A file is itself. A folder with an `agent.ts` (or
 * .mts, .js, .mjs) is that one; any other folder is each module directly in it, and each of its subfolders that has
 * such an agent file. Rejects with `AgentLoadError` for a path that is not there and a folder without agents.
 */
export async function findAgents(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map((path) => filesOf(resolve(path))))
  return [...new Set(found.flat())]
}

async function filesOf(path: string): Promise<readonly string[]> {
  const what = await stat(path).catch(() => undefined)
  if (!what) throw new AgentLoadError(path, 'there is no such file or folder')
  if (!what.isDirectory()) return [path]
  const files = await filesIn(path)
  if (files.length === 0) throw new AgentLoadError(path, `the folder holds no agent: put an ${AGENT_FILES[0]} in it`)
  return files
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const own = await agentFileOf(folder)
  if (own) return [own]
  const entries = await readdir(folder, { withFileTypes: true })
  const sorted = entries.filter((entry) => !entry.name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1))
  const modules = sorted.filter((entry) => entry.isFile() && MODULE.test(entry.name) && !NO_AGENT.test(entry.name))
  const folders = sorted.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
  const nested = await Promise.all(folders.map((entry) => agentFileOf(join(folder, entry.name))))
  return [...modules.map((entry) => join(folder, entry.name)), ...nested.filter((file) => file !== undefined)]
}

async function agentFileOf(folder: string): Promise<string | undefined> {
  const entries = new Set(await readdir(folder))
  const name = AGENT_FILES.find((file) => entries.has(file))
  return name === undefined ? undefined : join(folder, name)
}
