import type { DialWire, Wire, WireTarget } from '../wire/wire.ts'
import type { ToTab } from './messages.ts'

/** One client's wire in one of the tabs, as the tab with the connection knows it. */
interface Member {
  tell(message: ToTab): void
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
  readonly #target: WireTarget

  constructor(dial: DialWire, target: WireTarget) {
    this.#dial = dial
    this.#target = target
  }

  /** A tab dials: it is told of what comes from here on. */
  join(id: string, tell: (message: ToTab) => void): void {
    this.#members.set(id, { tell, channels: new Map() })
    if (!this.#wire) this.#begin()
    else if (this.#isOpen) tell({ to: id, opened: true })
    if (this.#welcome) tell({ to: id, frame: this.#welcome })
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

  heard(id: string, frame: string): void {
    const member = this.#members.get(id)
    if (!member || !this.#wire) return
    const command = JSON.parse(frame) as Command
    if (command.type === 'hello' && this.#isGreeted()) return
    this.#byCommand.set(command.id, member)
    this.#wire.send(command.ch === undefined ? frame : JSON.stringify(this.#onOurChannel(member, command)))
  }

  close(): void {
    this.#wire?.close()
    this.#reset()
  }

  #begin(): void {
    const wire = this.#dial(this.#target, {
      opened: () => {
        this.#isOpen = true
        this.#tellAll({ opened: true })
      },
      heard: (frame) => this.#route(frame),
      closed: (code) => {
        if (wire !== this.#wire) return
        const members = [...this.#members]
        this.#members.clear()
        this.#reset()
        for (const [to, { tell }] of members) tell({ to, closed: code })
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
    } else if (asker) this.#tell(asker, { frame })
    else if (id === undefined) this.#tellAll({ frame })
  }

  #toChannel(ours: number, frameOn: (ch: number) => string): void {
    const channel = this.#byChannel.get(ours)
    if (channel) this.#tell(channel.member, { frame: frameOn(channel.ch) })
  }

  #letGo(ch: number): void {
    this.#byChannel.delete(ch)
    this.#wire?.send(JSON.stringify({ type: 'detach', id: crypto.randomUUID(), ch }))
  }

  #tell(member: Member, message: Omit<ToTab, 'to'>): void {
    for (const [to, each] of this.#members) if (each === member) member.tell({ to, ...message })
  }

  #tellAll(message: Omit<ToTab, 'to'>): void {
    for (const [to, { tell }] of [...this.#members]) tell({ to, ...message })
  }

  #reset(): void {
    this.#wire = this.#welcome = undefined
    this.#isOpen = this.#saidHello = false
    this.#byChannel.clear()
    this.#byCommand.clear()
    for (const { channels } of this.#members.values()) channels.clear()
  }
}
