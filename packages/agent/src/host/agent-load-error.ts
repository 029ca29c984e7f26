/** A file that gives no agents. Its message says which file, why, and on which line where that is known. */
export class AgentLoadError extends Error {
  override readonly name = 'AgentLoadError'
  readonly file: string
  readonly reason: string
  /** Where in the source: "agent.ts:12". */
  readonly where: string | undefined
  /** The line of source itself. */
  readonly source: string | undefined

  constructor(
    file: string,
    reason: string,
    at: { readonly where?: string | undefined; readonly source?: string | undefined } = {},
  ) {
    const line = at.where === undefined ? '' : `\n  at ${at.where}${at.source ? `\n    ${at.source}` : ''}`
    super(`cannot load agents from ${file}: ${reason}${line}`)
    this.file = file
    this.reason = reason
    this.where = at.where
    this.source = at.source
  }
}
