import type { ErrorCode, FailureCode } from './errors.ts'

interface LimitRow {
  readonly is: number
  readonly of: string
  /** What is answered, or how the turn fails, over it. */
  readonly over?: ErrorCode | FailureCode
}

/** Every bound of the protocol: its number, and what it is of. The reference page is generated from this table. */
export const LIMIT_ROWS = {
  frameBytes: { is: 1_048_576, of: 'one frame from a peer, or one HTTP body', over: 'frame_too_big' },
  framesPerSecond: { is: 1_000, of: 'frames from one connection, over a burst of `framesBurst`', over: 'rate_limited' },
  framesBurst: { is: 2_000, of: 'frames from one connection at once', over: 'rate_limited' },
  bytesPerSecond: {
    is: 4_194_304,
    of: 'bytes from one connection, over a burst of two seconds of it',
    over: 'rate_limited',
  },
  principalFramesPerSecond: {
    is: 5_000,
    of: 'frames and requests of one principal, over a burst of two seconds of it',
    over: 'rate_limited',
  },
  principalBytesPerSecond: {
    is: 16_777_216,
    of: 'bytes of frames and requests of one principal, over a burst of two seconds of it',
    over: 'rate_limited',
  },
  serverFramesPerSecond: {
    is: 100_000,
    of: 'frames and requests of the server, over a burst of two seconds of it',
    over: 'rate_limited',
  },
  serverBytesPerSecond: {
    is: 268_435_456,
    of: 'bytes of frames and requests of the server, over a burst of two seconds of it',
    over: 'rate_limited',
  },
  overRateFrames: {
    is: 20_000,
    of: 'frames of one connection over the rates, one after another, before it is closed',
    over: 'rate_limited',
  },
  badFrames: { is: 20, of: 'frames of one connection that could not be read', over: 'too_many_bad_frames' },
  connections: { is: 20_000, of: 'connections and streams of the server', over: 'too_many_connections' },
  principalConnections: {
    is: 2_000,
    of: 'connections and streams of one principal',
    over: 'too_many_connections',
  },
  principalAttachments: { is: 20_000, of: 'attachments of one principal', over: 'too_many_attachments' },
  serverAttachments: { is: 200_000, of: 'attachments of the server', over: 'too_many_attachments' },
  attachments: { is: 2_000, of: 'attachments of one connection', over: 'too_many_attachments' },
  sessions: { is: 100_000, of: 'open sessions of one principal', over: 'too_many_sessions' },
  viewers: { is: 100, of: 'readers of a session that one `presence` names' },
  serverSessions: { is: 100_000, of: 'sessions of the server that are in memory', over: 'overloaded' },
  principalTurns: { is: 500, of: 'turns of one principal that run at once', over: 'too_many_turns' },
  serverTurns: { is: 10_000, of: 'turns of the server that run at once', over: 'too_many_turns' },
  principalWaitingInputs: { is: 5_000, of: 'inputs of one principal that wait to be applied', over: 'queue_full' },
  serverWaitingInputs: { is: 200_000, of: 'inputs of the server that wait to be applied', over: 'queue_full' },
  waitingInputs: { is: 100, of: 'inputs of one session that wait to be applied', over: 'queue_full' },
  helloMs: { is: 5_000, of: 'how long a handshake without identity may take to say `hello`', over: 'unauthenticated' },
  handshakeMs: {
    is: 10_000,
    of: 'how long the head of an HTTP request may take, which bounds a handshake that trickles',
  },
  freeRefusals: { is: 5, of: 'credentials of one address or one key that are refused before refusals slow down' },
  refusalDelayMs: { is: 250, of: 'how long the first slow refusal waits; each one after it twice as long' },
  refusalDelayMostMs: { is: 8_000, of: 'how long a refusal waits at most' },
  heldRefusals: { is: 1_000, of: 'refusals that wait at once; those beyond are answered at once' },
  idleMs: {
    is: 60_000,
    of: 'how long a connection may carry no attachment and send no command but `ping`',
    over: 'idle',
  },
  sessionIdleMs: {
    is: 8 * 3_600_000,
    of: 'how long an attachment lasts to a session in which nothing happens and no turn is open',
    over: 'idle',
  },
  connectionMs: { is: 24 * 3_600_000, of: 'how long a connection, or a stream, may live', over: 'too_long' },
  bufferBytes: { is: 262_144, of: 'unsent bytes of one connection, over which its attachments fall behind' },
  stubBytes: { is: 65_536, of: 'a commit as JSON, over which it goes out as a stub with an `href`' },
  commitBytes: {
    is: 8_388_608,
    of: 'a commit as JSON, over which it is not taken into the log and its turn fails',
    over: 'event_too_big',
  },
  draftBytes: { is: 4_194_304, of: 'what one step may say before it is committed', over: 'output_too_big' },
  replayCommits: {
    is: 10_000,
    of: 'how far back `after` may lie and still be answered with `replay`; from further back it is `snapshot`',
  },
  viewTurns: { is: 20, of: 'turns in a view, unless asked for otherwise' },
  viewTurnsMost: { is: 200, of: 'turns in a view at most' },
  pageSessions: { is: 50, of: 'sessions on one page of a list, unless asked for otherwise' },
  pageSessionsMost: { is: 500, of: 'sessions on one page of a list at most' },
  pageCommits: { is: 1_000, of: 'events on one page of a long-poll answer' },
  waitSeconds: { is: 60, of: 'the longest a long-poll waits' },
  metadataBytes: { is: 16_384, of: 'the metadata of a session as JSON', over: 'bad_field' },
  titleCharacters: { is: 200, of: 'the `title` in the metadata of a session', over: 'bad_field' },
  forkBytes: { is: 67_108_864, of: 'the log that a fork takes with it', over: 'bad_field' },
  rememberedCommands: {
    is: 1_000,
    of: 'command ids that a session remembers, to answer a repeat with the first result',
  },
  turnAttempts: { is: 50, of: 'how often one turn may be run, the first time included', over: 'recovery_exhausted' },
  fruitlessAttempts: { is: 3, of: 'runs of a turn one after another that finish no step', over: 'no_progress' },
  parkMs: { is: 30_000, of: 'how long a turn that only waits keeps its agent in memory' },
  tasks: { is: 20, of: 'background tasks of one session at once' },
  schedules: { is: 100, of: 'schedules of one session', over: 'queue_full' },
  toolGraceMs: {
    is: 2_000,
    of: 'how long tools may take to end once their turn was cancelled; then they are left to themselves',
  },
  turnMs: { is: 3_600_000, of: 'how long one turn may run, waits for people not counted', over: 'turn_too_long' },
} as const satisfies Record<string, LimitRow>

/** The names of the bounds with numbers of one's own. */
export type Limits = { readonly [name in keyof typeof LIMIT_ROWS]: number }

/**
 * The bounds a server keeps unless it is told otherwise. `welcome.limits` carries the ones in force.
 * Sizes are bytes of UTF-8, times are milliseconds where the name ends in `Ms` and seconds where it ends in `Seconds`.
 */
export const LIMITS = Object.fromEntries(Object.entries(LIMIT_ROWS).map(([name, { is }]) => [name, is])) as Limits
