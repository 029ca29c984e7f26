// A server in a process of its own that kills itself at a given moment: node mortal-child.ts DATA AGENT DEATH
import { createServer } from '@longwire/server'
import type { Append, SessionStore } from '@longwire/store'
import { SqliteStore } from '@longwire/store-sqlite'
import type { Death } from './child-home.ts'

const [data, agent, asked] = process.argv.slice(2)
const { append: at, when, parkMs } = JSON.parse(asked!) as Death
const sqlite = await SqliteStore.open({ directory: data!, durability: 'process' })
let appends = 0

function die(): void {
  process.kill(process.pid, 'SIGKILL')
  // The signal comes at once, but not within this instruction.
  for (;;);
}

async function append(key: string, commits: Append): Promise<number> {
  const isTime = ++appends === at
  if (isTime && when === 'before') die()
  const stored = sqlite.append(key, commits)
  if (isTime && when === 'in') setTimeout(die, Math.random() * 2)
  const head = await stored
  if (isTime && when === 'after') die()
  return head
}

const store: SessionStore = {
  append,
  create: (session, commits) => sqlite.create(session, commits),
  load: (key) => sqlite.load(key),
  read: (key, after, bound) => sqlite.read(key, after, bound),
  saveCheckpoint: (key, checkpoint) => sqlite.saveCheckpoint(key, checkpoint),
  loadCheckpoint: (key) => sqlite.loadCheckpoint(key),
  list: (query) => sqlite.list(query),
  due: (before, limit) => sqlite.due(before, limit),
  erase: (key) => sqlite.erase(key),
  close: () => sqlite.close(),
}

const { url } = await createServer({
  agents: [agent!],
  data: store,
  port: 0,
  limits: { parkMs, fruitlessAttempts: 100 },
})
console.log(url)
