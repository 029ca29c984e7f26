import { defineAgent, type Turn } from '@longwire/agent'
import { firstPiece, nextTick, PIECES, PIECES_OF_A_MESSAGE, type Script, sharedClock, speakOnTime } from './speech.ts'

/** Says what the load generator asks for, until it is cancelled. */
export default defineAgent({
  name: 'bench',
  run: (turn) => {
    const script = JSON.parse(turn.input.text) as Script
    return script.pace === 'ticks' ? speakInTicks(turn, script.burst) : speakByTimer(turn, script.perSecond)
  },
})

async function speakInTicks(turn: Turn, burst: number): Promise<void> {
  for (let said = firstPiece(); !turn.signal.aborted; ) {
    let room = Promise.resolve()
    for (let i = 0; i < burst; i++) room = turn.text(PIECES[said++ % PIECES.length]!)
    await room
    if (said % PIECES_OF_A_MESSAGE < burst) await turn.step('message', () => undefined)
    await nextTick()
  }
}

async function speakByTimer(turn: Turn, perSecond: number): Promise<void> {
  await speakOnTime(perSecond, turn.signal, () => {
    turn.text(`<${sharedClock()}>`).catch(() => {})
  })
}
