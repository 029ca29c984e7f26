import { CheckCheck } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { LiveState } from '../line/use-live.ts'
import { counted, spell } from '../shell/words.ts'

const SHOWN_MS = 6_000

/** After a gap of the line: what was missed is here. */
export function CaughtUp({ state: { gap } }: { state: LiveState }) {
  const [seen, setSeen] = useState<number>()
  useEffect(() => {
    if (!gap) return
    const timer = setTimeout(() => setSeen(gap.at), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [gap])
  if (!gap || seen === gap.at) return null
  const { commits, awayMs } = gap
  return (
    <p className="caught-up" role="status">
      <CheckCheck size={15} aria-hidden="true" />
      {commits === 0
        ? `Back after ${spell(awayMs)}. Nothing happened meanwhile.`
        : `Back after ${spell(awayMs)}. ${counted(commits, 'thing')} happened meanwhile, all of it is here.`}
    </p>
  )
}
