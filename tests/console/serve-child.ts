// A server in a process of its own, for a test that kills it: node serve-child.ts DATA AGENT CONSOLE PORT
import { createServer } from '@longwire/server'

const [data, agent, folder, port] = process.argv.slice(2)
const { url } = await createServer({ agents: [agent!], data: data!, console: folder, port: Number(port) })
process.stdout.write(`${url}\n`)
