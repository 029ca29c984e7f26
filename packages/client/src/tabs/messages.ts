/**
 * From the tab with the connection to one that uses it. Each message is numbered, and says how far the other side was heard:
 * one that is lost on the way is noticed, whichever it is.
 */
export interface ToTab {
  /** The wire it is for. */
  readonly to: string
  /** How many messages there were for this wire, with this one. */
  readonly said: number
  /** The number of the last message from this wire that was heard. */
  readonly heard: number
  readonly opened?: true
  readonly frame?: string
  /** Whatever number it has: the wire is not known here, or not any more. */
  readonly closed?: number
}

/** To the tab with the connection. */
export interface ToLeader {
  readonly from: string
  /** How many messages there were from this wire, with this one. */
  readonly said: number
  readonly dial?: true
  readonly frame?: string
  readonly close?: true
}

/** A tab has the connection from now on: what was on another one is over. */
export interface Led {
  readonly leads: string
}
