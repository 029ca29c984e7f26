#!/usr/bin/env node
// Starts the command line in a Node that can run it. Installed from a registry it runs `dist`; in a checkout it runs the
// source, and then every worker thread has to be told so too, which only Node's own command line can do.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST = [22, 13]
const FROM_SOURCE = ['--conditions=longwire-source', '--disable-warning=ExperimentalWarning']

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, '..', 'src', 'main.ts')
const isCheckout = !here.split(/[\\/]/).includes('node_modules') && existsSync(source)

if (!isCheckout) await runInstalled()
else if (process.features.typescript) replaceThisProcess(process.execPath)
else runBeneath(pinnedNode())

async function runInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    giveUp(`longwire needs Node ${OLDEST.join('.')} or newer; this is ${process.version} (${process.execPath})`)
  }
  await import('../dist/main.js')
}

/** The process that was started becomes the one that serves: it keeps its id, its terminal and its signals. */
function replaceThisProcess(node) {
  const args = [...process.execArgv, ...FROM_SOURCE, source, ...process.argv.slice(2)]
  if (process.platform === 'win32' || !process.execve) return runBeneath(node)
  process.execve(node, [node, ...args], process.env)
}

/** An older Node cannot become another one, so it holds the one that serves: neither outlives the other. */
function runBeneath(node) {
  const child = spawn(node, [...FROM_SOURCE, source, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  // A terminal sends Ctrl-C to both of us; anyone else sends it to this process alone.
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => inTerminal || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => giveUp(`longwire cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function pinnedNode() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')
  } catch {
    giveUp(`this checkout runs its TypeScript as it is, which ${process.version} cannot: run "npm install" first`)
  }
}

function giveUp(why) {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}
