import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

/** Written down beside the log: how far its mark had come, and which process has it. */
export interface Witness {
  readonly mark: number
  readonly pid: number
  readonly host: string
  /** When that process opened it, ISO 8601. */
  readonly since: string
}

/** Undefined where it is not there, or cannot be read: then it says nothing. */
export function readWitness(file: string): Witness | undefined {
  try {
    const witness = JSON.parse(readFileSync(file, 'utf8'))
    return Number.isSafeInteger(witness.mark) ? witness : undefined
  } catch {
    return undefined
  }
}

/** Replaces it in one piece. */
export function writeWitness(file: string, witness: Witness): void {
  const next = `${file}.next`
  const descriptor = openSync(next, 'w', 0o600)
  try {
    writeSync(descriptor, `${JSON.stringify(witness)}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(next, file)
}
