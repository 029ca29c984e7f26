import type { Viewer } from '@longwire/protocol'
import type { Bus } from '@longwire/store'
import { Presence, type Present } from '../presence/presence.ts'

/** Who reads a session on one node, as it tells the others. */
interface Told extends Present {
  readonly node: string
  /** Whoever has readers of it as well is to say so. */
  readonly asks?: true
}

export interface PresencesHouse {
  readonly node: string
  readonly bus: Bus
  /** So many readers are named; of others it is said how many there are. */
  readonly most: number
  /** How often nodes that share readers say it again. One that has said nothing for three times as long has none. */
  readonly againMs: number
}

const SILENT_AFTER = 3
/** Nodes that know of no other say it again too, less often: what the bus lost may have been the first word. */
const ALONE_EVERY = 6

/** Who reads each session on whichever node: told over the bus, from every node that has readers to every other. */
export class Presences {
  readonly #house: PresencesHouse
  readonly #rooms = new Map<string, Room>()
  readonly #again: NodeJS.Timeout
  #ticks = 0

  constructor(house: PresencesHouse) {
    this.#house = house
    this.#again = setInterval(() => this.#sayAgain(), house.againMs)
    this.#again.unref()
  }

  /** The presence of a session here. While the session moves into or out of this node's hands there are two. */
  of(key: string): Presence {
    const presence = new Presence(this.#house.most)
    presence.onChange = (here) => this.#changed(key, presence, here)
    return presence
  }

  close(): void {
    clearInterval(this.#again)
    for (const [key, room] of this.#rooms) this.#empty(key, room)
  }

  #changed(key: string, presence: Presence, here: readonly Viewer[]): void {
    const room = this.#rooms.get(key) ?? (here.length > 0 ? this.#furnish(key) : undefined)
    if (!room) return
    room.changed(presence, here)
    if (room.isEmpty) this.#empty(key, room)
  }

  #furnish(key: string): Room {
    const room = new Room(this.#house, `presence-${key}`)
    this.#rooms.set(key, room)
    return room
  }

  #empty(key: string, room: Room): void {
    this.#rooms.delete(key)
    room.close()
  }

  #sayAgain(): void {
    this.#ticks += 1
    for (const room of this.#rooms.values()) room.sayAgain(this.#ticks % ALONE_EVERY === 0)
  }
}

/** One session that is read here. */
class Room {
  readonly #house: PresencesHouse
  readonly #topic: string
  readonly #leave: () => void
  readonly #here = new Map<Presence, readonly Viewer[]>()
  readonly #elsewhere = new Map<string, { readonly present: Present; readonly at: number }>()
  #said = ''

  constructor(house: PresencesHouse, topic: string) {
    this.#house = house
    this.#topic = topic
    this.#leave = house.bus.subscribe(topic, (payload) => this.#hear(JSON.parse(payload) as Told))
  }

  get isEmpty(): boolean {
    return this.#here.size === 0
  }

  changed(presence: Presence, here: readonly Viewer[]): void {
    if (here.length === 0) this.#here.delete(presence)
    else {
      if (this.#elsewhere.size > 0 && !this.#here.has(presence)) presence.elsewhere = this.#others()
      this.#here.set(presence, here)
    }
    const isFirst = this.#said === ''
    const text = JSON.stringify(this.#own())
    if (text === this.#said) return
    this.#said = text
    this.#say(isFirst)
  }

  /** `alone`: even where nobody else is known. */
  sayAgain(alone: boolean): void {
    const before = performance.now() - SILENT_AFTER * this.#house.againMs
    const gone = [...this.#elsewhere].filter(([, { at }]) => at < before)
    for (const [node] of gone) this.#elsewhere.delete(node)
    if (gone.length > 0) this.#tell()
    if (alone || this.#elsewhere.size > 0) this.#say(false)
  }

  close(): void {
    this.#here.clear()
    this.#say(false)
    this.#leave()
  }

  #hear({ node, viewers, more, asks }: Told): void {
    if (node === this.#house.node) return
    if (viewers.length === 0) this.#elsewhere.delete(node)
    else this.#elsewhere.set(node, { present: { viewers, ...(more ? { more } : {}) }, at: performance.now() })
    this.#tell()
    if (asks) this.#say(false)
  }

  #tell(): void {
    const others = this.#others()
    for (const presence of this.#here.keys()) presence.elsewhere = others
  }

  #others(): Present {
    const all = [...this.#elsewhere.values()].map(({ present }) => present)
    return this.#bounded(
      all.flatMap(({ viewers }) => viewers),
      all.reduce((sum, { more = 0 }) => sum + more, 0),
    )
  }

  #own(): Present {
    return this.#bounded([...this.#here.values()].flat(), 0)
  }

  #bounded(viewers: readonly Viewer[], unnamed: number): Present {
    const more = unnamed + Math.max(0, viewers.length - this.#house.most)
    return { viewers: viewers.slice(0, this.#house.most), ...(more === 0 ? {} : { more }) }
  }

  #say(asks: boolean): void {
    const told: Told = { node: this.#house.node, ...this.#own(), ...(asks ? { asks } : {}) }
    this.#house.bus.publish(this.#topic, JSON.stringify(told))
  }
}
