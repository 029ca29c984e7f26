import { Ban, Check, CircleAlert, CircleDashed, Hand } from 'lucide-react'

export type ShownState = 'writing' | 'running' | 'asking' | 'done' | 'failed' | 'denied'

/** How far a piece of work is, as a small picture. The words beside it say the same. */
export function StateIcon({ state }: { state: ShownState }) {
  const className = `state-icon ${state}`
  switch (state) {
    case 'writing':
      return <CircleDashed size={15} className={className} aria-hidden="true" />
    case 'running':
      return <span className={className} aria-hidden="true" />
    case 'asking':
      return <Hand size={15} className={className} aria-hidden="true" />
    case 'done':
      return <Check size={15} className={className} aria-hidden="true" />
    case 'failed':
      return <CircleAlert size={15} className={className} aria-hidden="true" />
    case 'denied':
      return <Ban size={15} className={className} aria-hidden="true" />
  }
}
