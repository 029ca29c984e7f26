import { CUT, type DialWire, type Wire, type WireTarget } from '../wire/wire.ts'
import type { ToLeader, ToTab } from './messages.ts'

type Said = Pick<ToTab, 'opened' | 'frame' | 'closed'>

/** One client's wire in one of the tabs, as the tab with the connection knows it. */
interface Member {
  tell(message: Said): void
  /** The number of the last message that was heard of it. */
  heard: number
  /** Numbers of its attachments on the connection, by those it chose itself. */
  readonly channels: Map<number, number>
}

interface Command {
  readonly type: string
  readonly id: string
  readonly ch?: number
}

/** Events and views begin with their channel: the rest of them need not be read. */
const CHANNEL_FIRST = /^\{"ch":(\d+),/

/**
 * One connection for all tabs. What a tab sends gets a channel that no other tab has, and what comes goes to the tab that it
 * is for. To the server it is a client with many sessions.
 */
export class Hub {
  readonly #members = new Map<string, Member>()
  readonly #byChannel = new Map<number, { readonly member: Member; readonly ch: number }>()
  readonly #byCommand = new Map<string, Member>()
  #wire: Wire | undefined
  #isOpen = false
  #welcome: string | undefined
  #saidHello = false
  #channels = 0
  readonly #dial: DialWire
  readonly #targetNow: () => WireTarget

  constructor(dial: DialWire, targetNow: () => WireTarget) {
    this.#dial = dial
    this.#targetNow = targetNow
  }

  has(id: string): boolean {
    return this.#members.has(id)
  }

  /** A tab said something; `post` is the way back to it. */
  take({ from, said, dial, frame, close }: ToLeader, post: (message: ToTab) => void): void {
    const member = this.#members.get(from) ?? (dial && this.#join(from, said, post))
    if (close) this.leave(from)
    else if (!member || (!dial && said !== member.heard + 1)) {
      // It was with another tab before, or something between the two was lost.
      this.leave(from)
      post({ to: from, said: 0, heard: said, closed: CUT })
    } else {
      member.heard = said
      member.tell({})
      if (frame !== undefined) this.#forward(member, frame)
    }
  }

  /** What was attached for this tab is let go of; after the last one the connection is. */
  leave(id: string): void {
    const member = this.#members.get(id)
    if (!member) return
    this.#members.delete(id)
    for (const ch of member.channels.values()) this.#letGo(ch)
    for (const [command, asker] of this.#byCommand) if (asker === member) this.#byCommand.delete(command)
    if (this.#members.size === 0) this.close()
  }

  /** The tab with the connection has it no more, and nobody here has. */
  close(): void {
    this.#wire?.close()
    this.#end(CUT)
  }

  /** It is told of what comes from here on. */
  #join(to: string, heard: number, post: (message: ToTab) => void): Member {
    let said = 0
    const tell = (message: Said) => {
      said += 1
      post({ to, said, heard: member.heard, ...message })
    }
    const member: Member = { tell, heard, channels: new Map() }
    this.#members.set(to, member)
    if (!this.#wire) this.#begin()
    if (this.#isOpen) tell({ opened: true })
    if (this.#welcome) tell({ frame: this.#welcome })
    return member
  }

  #forward(member: Member, frame: string): void {
    if (!this.#wire) return
    const command = JSON.parse(frame) as Command
    if (command.type === 'hello' && this.#isGreeted()) return
    this.#byCommand.set(command.id, member)
    this.#wire.send(command.ch === undefined ? frame : JSON.stringify(this.#onOurChannel(member, command)))
  }

  #begin(): void {
    const wire = this.#dial(this.#targetNow(), {
      opened: () => {
        this.#isOpen = true
        this.#tellAll({ opened: true })
      },
      heard: (frame) => this.#route(frame),
      closed: (code) => {
        if (wire === this.#wire) this.#end(code)
      },
    })
    this.#wire = wire
  }

  /** The first hello is for all. */
  #isGreeted(): boolean {
    const wasSaid = this.#saidHello || this.#welcome !== undefined
    this.#saidHello = true
    return wasSaid
  }

  #onOurChannel(member: Member, command: Command): Command {
    let ch = member.channels.get(command.ch!)
    if (ch === undefined) {
      this.#channels += 1
      ch = this.#channels
      member.channels.set(command.ch!, ch)
      this.#byChannel.set(ch, { member, ch: command.ch! })
    }
    // Its number is never used again, and nothing more comes on it.
    if (command.type === 'detach') {
      member.channels.delete(command.ch!)
      this.#byChannel.delete(ch)
    }
    return { ...command, ch }
  }

  #route(frame: string): void {
    const ours = CHANNEL_FIRST.exec(frame)
    if (ours) this.#toChannel(Number(ours[1]), (ch) => `{"ch":${ch},${frame.slice(ours[0].length)}`)
    else this.#routeParsed(frame, JSON.parse(frame) as Partial<Command>)
  }

  #routeParsed(frame: string, { type, id, ch, ...rest }: Partial<Command>): void {
    const asker = id === undefined ? undefined : this.#byCommand.get(id)
    if (id !== undefined) this.#byCommand.delete(id)
    if (type === 'welcome') {
      this.#welcome = frame
      this.#tellAll({ frame })
    } else if (ch !== undefined) {
      this.#toChannel(ch, (theirs) => JSON.stringify({ type, id, ch: theirs, ...rest }))
    } else if (asker) asker.tell({ frame })
    else if (id === undefined) this.#tellAll({ frame })
  }

  #toChannel(ours: number, frameOn: (ch: number) => string): void {
    const channel = this.#byChannel.get(ours)
    channel?.member.tell({ frame: frameOn(channel.ch) })
  }

  #letGo(ch: number): void {
    this.#byChannel.delete(ch)
    this.#wire?.send(JSON.stringify({ type: 'detach', id: crypto.randomUUID(), ch }))
  }

  #tellAll(message: Said): void {
    for (const { tell } of [...this.#members.values()]) tell(message)
  }

  /** Whoever dials next begins another one. */
  #end(code: number): void {
    const members = [...this.#members.values()]
    this.#members.clear()
    this.#wire = this.#welcome = undefined
    this.#isOpen = this.#saidHello = false
    this.#byChannel.clear()
    this.#byCommand.clear()
    for (const { tell } of members) tell({ closed: code })
  }
}
