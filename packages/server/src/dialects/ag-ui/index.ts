import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { Doors } from '../../http/context.ts'
import { bytesOf, readBody } from '../../http/request.ts'
import type { Refusal } from '../../refusal.ts'
import { answerInDialect } from '../answer.ts'
import { commandIds } from '../command-ids.ts'
import type { Dialect, DialectHouse, Line } from '../dialect.ts'
import { agentNamed, sessionNamed } from '../names.ts'
import { refusalAnswer } from '../refusal-answer.ts'
import type { Packing } from '../response-wire.ts'
import { runErrorOf } from './errors.ts'
import { type RunInput, readRunInput } from './run-input.ts'
import { RunSpeech } from './run-speech.ts'
import { RunsSpeech } from './runs-speech.ts'

/** AG-UI: `POST /ag-ui/{agent}` as server-sent events, and runs one after another over a WebSocket at the same address. */
export const agUi: Dialect = { doors, line }

const ADDRESS = /^\/ag-ui\/([^/?]+)(?:\?|$)/
/** Far below what any frame of a peer may have. */
const MOST_CHARACTERS = 5_000

function line({ url = '' }: IncomingMessage, house: DialectHouse): Line | undefined {
  const [, name] = ADDRESS.exec(url) ?? []
  if (name === undefined) return undefined
  return {
    speak: async () => {
      const agent = agentNamed(house, decodeURIComponent(name))
      return new RunsSpeech((run, ch) => runSpeech(house, agent, run, ch), commandIds(house.clock))
    },
  }
}

/** Whether a payload is meant to be the input of a run. */
export function looksLikeRun(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'threadId' in value && 'runId' in value
}

/** What is said of one run. */
export function runSpeech(house: DialectHouse, agent: string, run: RunInput, ch?: number, session = run.threadId) {
  return new RunSpeech({
    agent,
    session: sessionNamed(session),
    run,
    ch,
    mostCharacters: MOST_CHARACTERS,
    commandId: commandIds(house.clock),
  })
}

/** Events of AG-UI as server-sent events. */
export const RUN_EVENTS: Packing = {
  headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  pack: (event) => `data: ${event}\n\n`,
  refuse: refusalAnswer,
  cutShort: (refusal) => `data: ${JSON.stringify(runError(refusal))}\n\n`,
  heartbeat: ': heartbeat\n\n',
}

function runError(refusal: Refusal) {
  return { type: 'RUN_ERROR', message: refusal.message, code: runErrorOf(refusal) }
}

function doors(doors: Doors, house: DialectHouse): void {
  doors.post('/ag-ui/:agent', async (c) => {
    const identity = await house.identify(c.env.incoming as IncomingMessage, () => bytesOf(c, house.limits.frameBytes))
    const run = readRunInput(await readBody(c, z.unknown(), house.limits.frameBytes))
    const speech = runSpeech(house, agentNamed(house, c.req.param('agent')), run)
    return answerInDialect(c, house, identity, speech, RUN_EVENTS)
  })
}
