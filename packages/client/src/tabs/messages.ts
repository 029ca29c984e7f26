/** From the tab with the connection to one that uses it. */
export interface ToTab {
  /** The wire it is for. */
  readonly to: string
  /** The tab is heard: it need not look for a connection of its own. */
  readonly joined?: true
  readonly opened?: true
  readonly frame?: string
  readonly closed?: number
}

/** To the tab with the connection. */
export interface ToLeader {
  readonly from: string
  readonly dial?: true
  readonly frame?: string
  readonly close?: true
}

/** A tab has the connection from now on: what was on another one is over. */
export interface Led {
  readonly leads: string
}
