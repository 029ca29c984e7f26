import type { AgentInfo, Client, LongwireError, ReadEvent, Session } from '@longwire/client'
import type { EventOf } from '@longwire/protocol'
import type { RequestView, SessionView, TurnView } from '@longwire/view'
import { LineEditor } from '../terminal/line-editor.ts'
import { clipped, wrap } from '../terminal/prose.ts'
import { type Cursor, Screen } from '../terminal/screen.ts'
import type { Style, Terminal } from '../terminal/terminal.ts'
import { footer } from './footer.ts'
import { changeQueue, waitingInputs } from './inputs.ts'
import { Questions } from './questions.ts'
import { runningTurn } from './status-line.ts'
import { Transcript } from './transcript.ts'
import { draftKey, turnBlocks, type Withdrawn, withdrawnKey } from './turn-blocks.ts'
import { HELP, readTyped, type Typed } from './typed.ts'

/** Frames are drawn at most so often. */
const FRAME_MS = 16
/** While something goes on, the line that says so moves. */
const TICK_MS = 100

export interface TalkOptions {
  readonly client: Client
  readonly session: Session
  readonly terminal: Terminal
  readonly agent: AgentInfo | undefined
  /** Requests that this terminal answers with a tool of its own. */
  readonly isForTool: (request: RequestView) => boolean
  /** How to come back to this session, for the last line. */
  readonly comeBack: string
}

/** A conversation in a terminal: what was said and done above, the line to type on below. */
export class Talk {
  readonly #options: TalkOptions
  readonly #screen: Screen
  readonly #editor: LineEditor
  readonly #questions: Questions
  readonly #ended = Promise.withResolvers<LongwireError | undefined>()
  #transcript = new Transcript()
  /** The last turn of which every line stands for good. */
  #pastTurn: string | undefined
  #withdrawn: Withdrawn[] = []
  #before: SessionView
  #above: string[]
  #sending: string[] = []
  /** What was said while this person looked, and no turn has heard yet. */
  readonly #unheard = new Map<string, string>()
  #notice = ''
  #stoppedTurn: string | undefined
  #frame: NodeJS.Timeout | undefined
  #tick: NodeJS.Timeout | undefined

  constructor(options: TalkOptions) {
    this.#options = options
    this.#before = options.session.view
    this.#screen = new Screen(options.terminal.output)
    this.#above = this.#greeting()
    this.#editor = new LineEditor(options.terminal.input, {
      entered: (text) => this.#entered(text),
      pressed: (key, line) => this.#pressed(key, line),
      changed: () => this.#drawSoon(),
      interrupted: () => this.#interrupted(),
      left: () => this.#leave(),
    })
    this.#questions = new Questions(options.session, options.isForTool, {
      lineIs: (text) => this.#editor.replace(text),
      notice: (text) => this.#say(text),
      changed: () => this.#drawSoon(),
    })
    this.#questions.look(false)
  }

  /** Until the person leaves, or the session cannot be gone on with: then with the reason. */
  async run(): Promise<LongwireError | undefined> {
    const { client, session, terminal } = this.#options
    const watching = this.#watch()
    const leaveAlone = [
      session.subscribe(() => this.#drawSoon()),
      client.subscribe(() => this.#drawSoon()),
      terminal.onStop((signal) => (signal === 'SIGINT' ? this.#interrupted() : this.#leave())),
    ]
    const redraw = () => this.#drawSoon()
    terminal.output.on('resize', redraw)
    this.#draw()
    const error = await this.#ended.promise
    for (const leave of leaveAlone) leave()
    terminal.output.off('resize', redraw)
    this.#close()
    session.detach()
    await watching
    return error
  }

  /** What an event does that the view alone does not tell: text that is taken back, history that no longer holds. */
  async #watch(): Promise<void> {
    try {
      for await (const event of this.#options.session.events()) this.#heard(event)
      this.#leave()
    } catch (error) {
      this.#ended.resolve(error as LongwireError)
    }
  }

  #heard(event: ReadEvent): void {
    if (event.type === 'step.rolledback') this.#takeBack(event.turn, event.step, event.at, event.reason)
    if (event.type === 'snapshot' && event.why === 'reset') this.#beginAgain()
    if (event.type === 'input.accepted' && event.text !== undefined) this.#unheard.set(event.input, event.text)
    if (event.type === 'input.returned') this.#returned(event)
    if (event.type === 'input.returned' || event.type === 'input.applied') this.#unheard.delete(event.input)
    if (event.type === 'session.closed') this.#notice = 'this session is closed'
    this.#before = this.#options.session.view
    this.#questions.look(!this.#editor.isEmpty)
    this.#drawSoon()
  }

  /** Said, and never heard: the person is told, and has the text again. */
  #returned({ input, reason }: EventOf<'input.returned'>): void {
    const text = this.#unheard.get(input)
    if (text === undefined || reason === 'withdrawn') return
    const why = reason === 'turn_ended' ? 'the turn ended before it could join in' : 'it waited too long'
    this.#say(`not heard, ${why}: ${text}`)
    if (this.#editor.isEmpty && !this.#questions.isAsking) this.#editor.replace(text)
  }

  #takeBack(turn: string, step: string, at: number, reason: string): void {
    const before = this.#before.turns.find((each) => each.turn === turn)
    const text = draftText(before, step)
    if (text === '') return
    const withdrawn = { turn, step, at, text, reason }
    this.#withdrawn.push(withdrawn)
    this.#transcript.rename(draftKey(turn, step), withdrawnKey(withdrawn))
  }

  #beginAgain(): void {
    this.#transcript = new Transcript()
    this.#pastTurn = undefined
    this.#withdrawn = []
    this.#above.push('', '  The server lost a part of this conversation. This is what it holds:')
  }

  #entered(text: string): void {
    this.#drawSoon()
    this.#notice = ''
    if (this.#questions.isAsking) this.#questions.entered(text)
    else if (text.trim() !== '') this.#typed(readTyped(text))
    this.#questions.look(!this.#editor.isEmpty)
  }

  /** A key that does something else than edit the line: while a question is in front, arrows are not for the history. */
  #pressed(key: string, line: string): boolean {
    const isForQuestion = this.#questions.isAsking && ['escape', 'tab', 'up', 'down'].includes(key)
    return (isForQuestion || line === '') && this.#questions.pressed(key)
  }

  #typed(typed: Typed): void {
    switch (typed.does) {
      case 'say':
        this.#send(typed)
        break
      case 'help':
        this.#above.push('', ...helpLines(this.#columns, this.#options.terminal.style))
        break
      case 'leave':
        this.#leave()
        break
      case 'queue':
        this.#say(waitingInputs(this.#options.session).length > 0 ? QUEUE_USE : 'no input waits')
        break
      case 'nothing':
        this.#say(typed.why)
        break
      default:
        changeQueue(this.#options.session, typed).then(
          (said) => this.#say(said),
          (error: LongwireError) => this.#say(`not changed: ${error.message}`),
        )
    }
  }

  #send({ text, delivery }: Extract<Typed, { does: 'say' }>): void {
    this.#sending.push(text)
    this.#options.session
      .send(text, { delivery })
      .accepted.catch((error: LongwireError) => this.#say(`not sent: ${error.message}`))
      .finally(() => {
        this.#sending.splice(this.#sending.indexOf(text), 1)
        this.#drawSoon()
      })
  }

  #say(notice: string): void {
    this.#notice = notice
    this.#drawSoon()
  }

  #interrupted(): void {
    const running = runningTurn(this.#options.session.view)
    if (!running || running.turn === this.#stoppedTurn) this.#leave()
    else this.#stop(running.turn)
  }

  #stop(turn: string): void {
    this.#stoppedTurn = turn
    this.#options.session.cancel().catch((error: LongwireError) => {
      this.#notice = `not stopped: ${error.message}`
    })
    this.#drawSoon()
  }

  #leave(): void {
    this.#ended.resolve(undefined)
  }

  #drawSoon(): void {
    this.#frame ??= setTimeout(() => this.#draw(), FRAME_MS)
  }

  #draw(): void {
    clearTimeout(this.#frame)
    this.#frame = undefined
    const footer = this.#footer()
    const { final, open } = this.#show(this.#screen.rows - footer.lines.length - 1)
    const cursor: Cursor = { row: open.length + footer.cursor.row, column: footer.cursor.column }
    this.#screen.draw([...this.#above.splice(0), ...final], [...open, ...footer.lines], cursor)
    this.#tickWhileBusy()
  }

  #show(room: number) {
    const { turns } = this.#options.session.view
    const fresh = turns.slice(turns.findLastIndex(({ turn }) => turn === this.#pastTurn) + 1)
    const blocks = fresh.flatMap((turn) => turnBlocks(this.#options.session.view, turn, this.#withdrawn))
    const shown = this.#transcript.show(blocks, this.#columns, Math.max(1, room), this.#options.terminal.style)
    const last = fresh.at(-1)
    if (shown.open.length === 0 && last?.endedAt !== undefined) {
      this.#pastTurn = last.turn
      this.#withdrawn = []
    }
    return shown
  }

  #footer() {
    const { session, client, terminal } = this.#options
    const { style } = terminal
    const columns = this.#columns
    const { view } = session
    const now = Date.now()
    const isStopping = this.#stoppedTurn !== undefined && runningTurn(view)?.turn === this.#stoppedTurn
    const question = this.#questions.lines(columns, now, style)
    const parts = {
      view,
      link: client.state,
      now,
      isStopping,
      question,
      sending: this.#sending,
      hint: this.#hint(isStopping),
    }
    return footer({ ...parts, waiting: waitingInputs(session), line: this.#editor.rows(columns - 3) }, columns, style)
  }

  #hint(isStopping: boolean): string {
    if (this.#notice) return this.#notice
    if (isStopping) return 'Ctrl-C again leaves'
    const question = this.#questions.hint
    if (question !== undefined) return question
    const aside = this.#questions.count > 0 ? 'Tab answers the question · ' : ''
    if (runningTurn(this.#options.session.view)) {
      return `${aside}Enter queues it · !text joins in · !!text breaks in · Ctrl-C stops this one`
    }
    return `${aside}Enter sends · /help · Ctrl-C leaves`
  }

  #tickWhileBusy(): void {
    const { client, session } = this.#options
    const hasTask = session.view.tasks.some(({ outcome }) => outcome === undefined)
    const isBusy = hasTask || runningTurn(session.view) !== undefined || client.state.kind !== 'online'
    if (isBusy) this.#tick ??= setInterval(() => this.#draw(), TICK_MS)
    else {
      clearInterval(this.#tick)
      this.#tick = undefined
    }
  }

  #close(): void {
    clearTimeout(this.#frame)
    clearInterval(this.#tick)
    const { style } = this.#options.terminal
    const { final, open } = this.#show(Number.POSITIVE_INFINITY)
    this.#editor.close()
    const goesOn = runningTurn(this.#options.session.view) ? 'The turn goes on without you. ' : ''
    const last = ['', `  ${style.dim(`${goesOn}Come back with`)}`, `  ${this.#options.comeBack}`]
    this.#screen.close([...final, ...open, ...last])
  }

  get #columns(): number {
    return this.#screen.columns - 1
  }

  #greeting(): string[] {
    const { session, agent, terminal } = this.#options
    const { style } = terminal
    const { view } = session
    const room = this.#columns - 4
    const lines = ['', `  ${style.bold(session.agent)}${agent?.model ? style.dim(` · ${agent.model}`) : ''}`]
    if (agent?.description) lines.push(`  ${style.dim(clipped(agent.description, room))}`)
    const earlier = view.earlier > 0 ? [`  ${style.dim(`… ${view.earlier} earlier turns are not shown`)}`] : []
    const isNew = view.turns.length === 0 && view.earlier === 0
    const examples = isNew ? (agent?.examples ?? []).slice(0, 3) : []
    const tries = examples.map((each, at) => `  ${style.dim(at === 0 ? 'Try  ' : '     ')}${clipped(each, room - 6)}`)
    return [...lines, ...(tries.length > 0 ? ['', ...tries] : []), ...earlier]
  }
}

function draftText(turn: TurnView | undefined, step: string): string {
  const draft = turn?.messages.find((message) => message.id === step && message.draft)
  return (draft?.parts ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}

const QUEUE_USE = '/queue drop 2 takes one back · /queue first 2 · /queue move 3 1 · /queue clear'

function helpLines(columns: number, style: Style): string[] {
  const width = Math.max(...HELP.map(([keys]) => keys.length))
  return HELP.flatMap(([keys, does]) => {
    const [first = '', ...rest] = wrap(does, columns - width - 6)
    return [`  ${style.cyan(keys.padEnd(width))}  ${first}`, ...rest.map((line) => `  ${' '.repeat(width)}  ${line}`)]
  })
}
