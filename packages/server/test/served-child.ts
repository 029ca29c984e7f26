// A server of its own process, for tests that kill it: node served-child.ts DATA AGENT…
import { createServer } from '../src/index.ts'

const [data, ...agents] = process.argv.slice(2)
const { url, recovered } = await createServer({ agents, data: data!, port: 0 })
console.log(JSON.stringify({ url, recovered }))
