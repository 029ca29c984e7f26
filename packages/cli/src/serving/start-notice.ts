import { relative } from 'node:path'
import type { LongwireServer } from '@longwire/server'
import { clipped, wrap } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'
import type { ServeOptions } from './open-server.ts'

const DEFAULT_PORT = 8787
const SURVIVES = { process: 'survives the death of this process', power: 'survives the loss of power' }

/** What a person needs to know of a server that has just begun to listen. */
export function startNotice(server: LongwireServer, options: ServeOptions, columns: number, style: Style): string[] {
  const name = (text: string) => `  ${style.dim(text.padEnd(10))}`
  const agents = server.agents.flatMap(({ name, model, description }) => [
    `  ${style.bold(name)}  ${style.dim(`thinks with ${model ?? 'its own code'}`)}`,
    ...(description ? wrap(description, columns - 4).map((line) => `  ${style.dim(line)}`) : []),
    '',
  ])
  const recovered = server.recovered > 0 ? [`${name('mended')}${counted(server.recovered)} cut in mid-turn`] : []
  return [
    '',
    ...agents,
    `${name('listening')}${style.cyan(server.url)}`,
    options.store === undefined
      ? `${name('data')}${clipped(relative('', options.data) || '.', columns - 40)}  ${style.dim(SURVIVES[options.durability])}`
      : `${name('store')}${clipped(shownAddress(options.store), columns - 12)}`,
    ...recovered,
    '',
    `${name('talk')}npx longwire chat${urlFlag(server.url)}`,
    `${name('stop')}Ctrl-C`,
    '',
  ]
}

/** The address of a database without the password, and without what says how to get there. */
export function shownAddress(store: string): string {
  const url = new URL(store)
  url.password = ''
  url.search = ''
  return url.href
}

function urlFlag(url: string): string {
  return new URL(url).port === `${DEFAULT_PORT}` ? '' : ` --url ${url}`
}

function counted(sessions: number): string {
  return sessions === 1 ? '1 session that was' : `${sessions} sessions that were`
}
