import type { Intent } from './intent.ts'
import type { Said, Wanted } from './question.ts'
import { countOf, isAnyone, type Subjects, singlesOf } from './subjects.ts'

/** What a complete question wants where its words alone leave it open. */
export function settled(intent: Intent | undefined, { subjects, periods, by }: Said): Wanted {
  const { instruments, sectors, regions } = subjects
  const several = countOf(subjects) > 1
  if (intent === undefined) {
    if (instruments.length === 1 && periods.length === 0) return 'profile'
    return isAnyone(subjects) ? 'performance' : periods.length > 0 ? 'overview' : 'outside'
  }
  if (intent === 'comparison' && instruments.length === 0 && !several)
    return by || sectors.length + regions.length > 0 ? 'movers' : 'overview'
  if (intent === 'performance' && !isAnyone(subjects)) return by ? 'movers' : 'overview'
  if (intent === 'performance' && several) return 'comparison'
  if (intent === 'overview' && (instruments.length > 0 || sectors.length > 0))
    return several ? 'comparison' : 'performance'
  if (intent === 'movers' && singlesOf(subjects).length > 1) return 'comparison'
  if (intent === 'movers' && instruments.length === 1) return 'performance'
  if (intent === 'profile' && instruments.length !== 1)
    return isAnyone(subjects) ? (several ? 'comparison' : 'performance') : 'outside'
  if (intent === 'price' && instruments.length === 0) return isAnyone(subjects) ? 'performance' : 'overview'
  return intent
}

/** The same for a follow-up that asks for what was asked before, of others. */
export function settledAgain(wants: Wanted, subjects: Subjects): Wanted {
  const { instruments, sectors } = subjects
  const count = countOf(subjects)
  if (wants === 'comparison' && count < 2) return 'performance'
  if (wants === 'performance' && count > 1) return 'comparison'
  if (wants === 'movers' && instruments.length > 0) return count > 1 ? 'comparison' : 'performance'
  if (wants === 'overview' && (instruments.length > 0 || sectors.length > 0)) return 'performance'
  if (['profile', 'price'].includes(wants) && instruments.length === 0) return 'performance'
  return wants
}
