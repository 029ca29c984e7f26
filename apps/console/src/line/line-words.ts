import type { LinkState } from '@longwire/client'

type LineMood = 'good' | 'trying' | 'away' | 'over'

export interface LineWords {
  readonly mood: LineMood
  /** A word or two. */
  readonly short: string
  /** A sentence. */
  readonly long: string
}

const WHY: Record<Extract<LinkState, { kind: 'waiting' }>['why'], string> = {
  going_away: 'The server is restarting.',
  silent: 'The server has gone quiet.',
  cut: 'The connection was cut.',
}

/** The line in the words of a person who has never heard of sockets. */
export function lineWords(state: LinkState, now: number, isBrowserOnline: boolean): LineWords {
  switch (state.kind) {
    case 'idle':
      return { mood: 'good', short: 'Ready', long: 'The line opens when you open a session.' }
    case 'online':
      return state.wire === 'websocket'
        ? { mood: 'good', short: 'Live', long: 'Everything is shown as it happens.' }
        : { mood: 'good', short: 'Live, by detour', long: 'WebSockets do not get through here; it goes another way.' }
    case 'connecting':
      return state.attempt > 1
        ? {
            mood: 'trying',
            short: 'Reconnecting…',
            long: `Trying to get back, for the ${ordinal(state.attempt)} time.`,
          }
        : { mood: 'trying', short: 'Connecting…', long: 'Opening the line.' }
    case 'waiting': {
      if (!isBrowserOnline) return { mood: 'away', short: 'Offline', long: 'This device has no network at the moment.' }
      const seconds = Math.max(0, Math.ceil((state.until - now) / 1_000))
      const short = seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting…'
      return { mood: 'away', short, long: `${WHY[state.why]} Nothing is lost: it goes on from the same place.` }
    }
    case 'closed':
      return { mood: 'over', short: 'Closed', long: state.error.message }
  }
}

function ordinal(n: number): string {
  const ending = ['th', 'st', 'nd', 'rd'][n % 100 > 10 && n % 100 < 14 ? 0 : n % 10] ?? 'th'
  return `${n}${ending}`
}
