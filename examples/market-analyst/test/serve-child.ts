// A server of its own process, for a test that kills it: the data folder is its argument, its address its first line.
import { resolve } from 'node:path'
import { createServer } from '@longwire/server'

const server = await createServer({ agents: [resolve(import.meta.dirname, '..')], port: 0, data: process.argv[2]! })
process.stdout.write(`${server.url}\n`)
