import { ends, type ScriptedModel, says, scripted } from '@longwire/agent/testing'
import { PIECES } from './speech.ts'

/** A model that answers each call with so many pieces, each as soon as the one before was taken. */
export function toldModel(tokens: number): ScriptedModel {
  const deltas = Array.from({ length: tokens }, (_, index) => PIECES[index % PIECES.length]!)
  return scripted(() => [says(...deltas), ends('stop')])
}
