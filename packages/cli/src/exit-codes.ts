/** How every command ends. The table is part of the help, and never changes meaning. */
export const EXITS = {
  ok: { code: 0, says: 'done' },
  failed: { code: 1, says: 'something went wrong; the message says what' },
  usage: { code: 2, says: 'the command line makes no sense' },
  unreachable: { code: 3, says: 'no server answers at that address' },
  not_found: { code: 4, says: 'no such session, agent or request' },
  refused: { code: 5, says: 'the server does not let this caller do that' },
  turn_failed: { code: 6, says: 'a question was asked, and its turn failed' },
  waits: { code: 7, says: 'a question was asked, and its turn waits for a person to answer' },
  settled: { code: 8, says: 'the request was settled before: somebody was faster, or nobody in time' },
  port_in_use: { code: 10, says: 'another process listens on that port' },
  data_unusable: { code: 11, says: 'the data directory cannot be written, the database not used, or the log not read' },
  data_in_use: { code: 12, says: 'another server runs on that data directory' },
  agent_unloadable: { code: 13, says: 'an agent file does not load' },
  no_agents: { code: 14, says: 'there is no agent to serve' },
  unsafe_host: { code: 15, says: 'that address is open to other machines, and nothing says who may enter' },
  interrupted: { code: 130, says: 'stopped by Ctrl-C' },
} as const satisfies Record<string, { code: number; says: string }>

export type Exit = keyof typeof EXITS

/** Why a command cannot go on: told to the person as it is, without a stack. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exit: Exit
  /** What to do about it. */
  readonly hint: string | undefined

  constructor(exit: Exit, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options)
    this.exit = exit
    this.hint = hint
  }
}
