import type { Command, ErrorCode } from '@longwire/protocol'
import { type End, NOTHING, type Reply, type Speech, type Told } from '../dialect.ts'
import { runErrorOf } from './errors.ts'
import { type RunInput, readRunInput } from './run-input.ts'
import type { RunSpeech } from './run-speech.ts'

const UNACCEPTABLE: End = { code: 1003, reason: 'the input of a run is wanted' }
const TOO_MANY: End = { code: 1008, reason: 'too many runs wait' }
const MOST_WAITING = 16

/**
 * Runs of AG-UI over one socket: a frame with the input of a run, then its events, then the next. What is no input of a run
 * closes the socket, and so does a run that failed, as AG-UI over a WebSocket has it.
 */
export class RunsSpeech implements Speech {
  readonly #speechOf: (run: RunInput, ch: number) => RunSpeech
  readonly #commandId: () => string
  #speech: RunSpeech | undefined
  #ch = 0
  /** Runs that came while another had not ended. */
  readonly #waiting: RunInput[] = []

  constructor(speechOf: (run: RunInput, ch: number) => RunSpeech, commandId: () => string) {
    this.#speechOf = speechOf
    this.#commandId = commandId
  }

  begin(): Reply {
    return NOTHING
  }

  heard(frame: string): Reply {
    let run: RunInput
    try {
      run = readRunInput(JSON.parse(frame))
    } catch {
      return { end: UNACCEPTABLE }
    }
    if (!this.#speech) return this.#run(run)
    if (this.#waiting.length >= MOST_WAITING) return { end: TOO_MANY }
    this.#waiting.push(run)
    return NOTHING
  }

  told(told: Told): Reply {
    if (!this.#speech) return NOTHING
    const reply = this.#speech.told(told)
    if (!reply.end) return reply
    const { refusal, code } = reply.end
    if (refusal) {
      const opening = this.#speech.hasBegun ? [] : [JSON.stringify(this.#speech.opening)]
      const error = { type: 'RUN_ERROR', message: refusal.message, code: runErrorOf(refusal) }
      return {
        tell: [...(reply.tell ?? []), ...opening, JSON.stringify(error)],
        end: { code, reason: refusal.code satisfies ErrorCode },
      }
    }
    return code === 1000 ? this.#next(reply) : reply
  }

  /** The line stays for the next run: only what the last one read on goes. */
  #next({ tell = [], ask = [] }: Reply): Reply {
    const detach: Command = { type: 'detach', id: this.#commandId(), ch: this.#ch }
    this.#speech = undefined
    const next = this.#waiting.shift()
    const begun = next ? (this.#run(next).ask ?? []) : []
    return { tell, ask: [...ask, detach, ...begun] }
  }

  #run(run: RunInput): Reply {
    this.#ch += 1
    this.#speech = this.#speechOf(run, this.#ch)
    return this.#speech.begin()
  }
}
