import { fileURLToPath } from 'node:url'
import { createServer } from '@longwire/server'
import { answering, VITALS } from '../process/answering.ts'

// Our server as it is served: the worker host, the SQLite log on a disk, and no setting that a user would not have.

const [data] = process.argv.slice(2)
const agents = [fileURLToPath(new URL('./bench-agent.ts', import.meta.url))]
const server = await createServer({ agents, data: data!, durability: 'process', port: 0 })

answering({
  ...VITALS,
  port: () => Number(new URL(server.url).port),
  stop: () => server.stop(100),
})
