import { createInterface } from 'node:readline'
import type { Client, LongwireError, Reply, Session } from '@longwire/client'
import type { RequestView } from '@longwire/view'
import picocolors from 'picocolors'
import type { Exit } from '../exit-codes.ts'
import { exitOf } from '../failure.ts'
import { printable } from '../terminal/prose.ts'
import { type Terminal, warn, write } from '../terminal/terminal.ts'
import { askedLines } from './request-lines.ts'
import { lostLine } from './status-line.ts'
import { WorkNotes } from './work-notes.ts'

const COLUMNS = 100

export interface PipedTalkOptions {
  readonly client: Client
  readonly session: Session
  readonly terminal: Terminal
  /** Every event as one line of JSON, instead of the answers. */
  readonly asJson: boolean
  /** Whether to wait where the agent asks a person, for somebody to answer from elsewhere. */
  readonly waits: boolean
  /** Requests that this terminal answers with a tool of its own. */
  readonly isForTool: (request: RequestView) => boolean
  /** The command that answers, but for the request and the answer. */
  readonly answerWith: string
}

/**
 * Questions from a file or a pipe, a line each; answers to the output, as plain text while they are said. What the agent
 * does meanwhile goes to the other stream. Ends after the last answer.
 */
export async function pipedTalk(options: PipedTalkOptions): Promise<Exit> {
  const { client, session, terminal, asJson } = options
  const following = asJson ? printEvents(options) : noteWork(options)
  const stopTelling = client.subscribe(() => {
    const lost = client.state.kind === 'waiting' ? lostLine(client.state, client.state.until) : undefined
    if (lost) warn(terminal, lost)
  })
  const stopped = new Stop(terminal, session)
  const answers = new Answers(terminal)
  let exit: Exit = 'ok'
  for await (const question of createInterface({ input: terminal.input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (question.trim() === '' || stopped.isLeaving) continue
    const asked = new AskedPeople(options)
    const error = await stopped.whileAnswering(session.ask(question), (reply) =>
      Promise.race([answered(reply, asJson ? undefined : answers), asked.leaves]),
    )
    asked.forget()
    if (error === 'waits') {
      exit = 'waits'
      break
    }
    if (!error) continue
    warn(terminal, `failed: ${error.message} (${error.code})`)
    exit = exitOf(error.code, 'turn_failed')
    if (session.error) break
  }
  stopTelling()
  stopped.forget()
  session.detach()
  await following
  return stopped.isLeaving ? 'interrupted' : exit
}

async function answered(reply: Reply, answers: Answers | undefined): Promise<LongwireError | undefined> {
  try {
    if (answers) await answers.print(reply)
    else await reply.result
    return undefined
  } catch (error) {
    return error as LongwireError
  }
}

/** What the agent asks of people while it answers: told of, with the way to answer it. */
class AskedPeople {
  /** Resolves where an answer has to come from elsewhere, and nobody waits for it. */
  readonly leaves: Promise<'waits'>
  readonly forget: () => void
  readonly #told = new Set<string>()
  readonly #options: PipedTalkOptions

  constructor(options: PipedTalkOptions) {
    this.#options = options
    const leaves = Promise.withResolvers<'waits'>()
    this.leaves = leaves.promise
    const look = () => {
      for (const request of options.session.view.requests) this.#tell(request)
      if (this.#told.size > 0 && !options.waits) leaves.resolve('waits')
    }
    this.forget = options.session.subscribe(look)
    look()
  }

  #tell(request: RequestView): void {
    const { terminal, isForTool, answerWith, asJson } = this.#options
    if (this.#told.has(request.request) || isForTool(request)) return
    this.#told.add(request.request)
    if (asJson) return
    const how = {
      approval: '--approve | --deny',
      form: '--content JSON',
      choice: '--content JSON',
      'client-tool': '--content JSON',
    }
    const plain = picocolors.createColors(false)
    for (const line of askedLines(request, COLUMNS, plain)) warn(terminal, line)
    for (const { value, label } of request.options ?? [])
      warn(terminal, `      ${JSON.stringify(value)}  ${printable(label)}`)
    if (request.schema !== undefined) warn(terminal, `      ${JSON.stringify(request.schema)}`)
    warn(terminal, `    ${answerWith} ${request.request} ${how[request.kind]}`)
  }
}

/** Answers one below the other, a blank line between them. */
class Answers {
  #isFirst = true
  readonly #terminal: Terminal

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  async print(reply: Reply): Promise<void> {
    const { output } = this.#terminal
    let last = ''
    try {
      for await (const piece of reply) {
        if (last === '' && !this.#isFirst) output.write('\n')
        output.write(printable(piece))
        last = piece
      }
    } finally {
      if (last !== '' && !last.endsWith('\n')) output.write('\n')
      if (last !== '') this.#isFirst = false
    }
  }
}

async function printEvents({ session, terminal }: PipedTalkOptions): Promise<void> {
  try {
    for await (const event of session.events()) write(terminal, JSON.stringify(event))
  } catch {
    // The question that waits tells of it.
  }
}

async function noteWork({ session, terminal }: PipedTalkOptions): Promise<void> {
  const notes = new WorkNotes()
  try {
    for await (const event of session.events()) for (const note of notes.of(event)) warn(terminal, note)
  } catch {
    // The question that waits tells of it.
  }
}

/** Ctrl-C stops the turn; a second one stops asking. */
class Stop {
  isLeaving = false
  readonly forget: () => void
  #leave: () => void = () => {}

  constructor(terminal: Terminal, session: Session) {
    let wasAsked = false
    this.forget = terminal.onStop((signal) => {
      this.isLeaving = true
      if (wasAsked || signal === 'SIGTERM') this.#leave()
      wasAsked = true
      session.cancel().catch(() => this.#leave())
    })
  }

  async whileAnswering<T>(reply: Reply, work: (reply: Reply) => Promise<T>): Promise<T | undefined> {
    const left = new Promise<undefined>((leave) => {
      this.#leave = () => leave(undefined)
    })
    return Promise.race([work(reply), left])
  }
}
