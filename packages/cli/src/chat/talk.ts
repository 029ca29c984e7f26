import type { AgentInfo, Client, LongwireError, ReadEvent, Session } from '@longwire/client'
import type { SessionView, TurnView } from '@longwire/view'
import { LineEditor } from '../terminal/line-editor.ts'
import { clipped } from '../terminal/prose.ts'
import { type Cursor, Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { runningTurn, statusLine } from './status-line.ts'
import { Transcript } from './transcript.ts'
import { draftKey, turnBlocks, type Withdrawn, withdrawnKey } from './turn-blocks.ts'

/** Frames are drawn at most so often. */
const FRAME_MS = 16
/** While something goes on, the line that says so moves. */
const TICK_MS = 100

export interface TalkOptions {
  readonly client: Client
  readonly session: Session
  readonly terminal: Terminal
  readonly agent: AgentInfo | undefined
  /** How to come back to this session, for the last line. */
  readonly comeBack: string
}

/** A conversation in a terminal: what was said and done above, the line to type on below. */
export class Talk {
  readonly #options: TalkOptions
  readonly #screen: Screen
  readonly #editor: LineEditor
  readonly #ended = Promise.withResolvers<LongwireError | undefined>()
  #transcript = new Transcript()
  /** The last turn of which every line stands for good. */
  #pastTurn: string | undefined
  #withdrawn: Withdrawn[] = []
  #before: SessionView
  #above: string[]
  #sending: string[] = []
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
      changed: () => this.#drawSoon(),
      interrupted: () => this.#interrupted(),
      left: () => this.#leave(),
    })
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
    if (event.type === 'session.closed') this.#notice = 'this session is closed'
    this.#before = this.#options.session.view
    this.#drawSoon()
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
    if (text.trim() === '') return
    this.#notice = ''
    this.#sending.push(text)
    this.#options.session
      .send(text)
      .catch((error: LongwireError) => {
        this.#notice = `not sent: ${error.message}`
      })
      .finally(() => {
        this.#sending.splice(this.#sending.indexOf(text), 1)
        this.#drawSoon()
      })
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
    const blocks = fresh.flatMap((turn) => turnBlocks(turn, this.#withdrawn))
    const shown = this.#transcript.show(blocks, this.#columns, Math.max(1, room), this.#options.terminal.style)
    const last = fresh.at(-1)
    if (shown.open.length === 0 && last?.endedAt !== undefined) {
      this.#pastTurn = last.turn
      this.#withdrawn = []
    }
    return shown
  }

  #footer(): { lines: string[]; cursor: Cursor } {
    const { session, client, terminal } = this.#options
    const { style } = terminal
    const columns = this.#columns
    const view = session.view
    const running = runningTurn(view)
    const isStopping = running !== undefined && running.turn === this.#stoppedTurn
    const status = statusLine(view, client.state, Date.now(), isStopping, columns, style)
    const queued = [...view.waiting.map(({ text }) => text ?? '…'), ...this.#sending]
    const above = [
      '',
      ...queued.map((text) => style.dim(`  queued  ${clipped(text, columns - 12)}`)),
      ...(status ? [`  ${status}`, ''] : []),
    ]
    const { rows, cursor } = this.#editor.rows(columns - 3)
    const prompt = rows.map((row, at) => `${at === 0 ? style.cyan('›') : ' '} ${row}`)
    const hint = `  ${style.dim(clipped(this.#hint(running, isStopping), columns - 2))}`
    return {
      lines: [...above, ...prompt, hint],
      cursor: { row: above.length + cursor.row, column: cursor.column + 2 },
    }
  }

  #hint(running: TurnView | undefined, isStopping: boolean): string {
    if (this.#notice) return this.#notice
    if (isStopping) return 'Ctrl-C again leaves'
    if (running) return 'Enter queues it for the next turn · Ctrl-C stops this one'
    return 'Enter sends · Ctrl-C leaves'
  }

  #tickWhileBusy(): void {
    const { client, session } = this.#options
    const isBusy = runningTurn(session.view) !== undefined || client.state.kind !== 'online'
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
