/**
 * The bounds a server keeps unless it is told otherwise. `welcome.limits` carries the ones in force.
 * Sizes are bytes of UTF-8, times are milliseconds.
 */
export const LIMITS = {
  /** One frame from a peer, or one HTTP body. Over it: `frame_too_big`. */
  frameBytes: 1_048_576,
  /** Frames a second from one connection, over a burst of `framesBurst`. Over it: `rate_limited`. */
  framesPerSecond: 1_000,
  framesBurst: 2_000,
  /** Frames that could not be read before the connection is closed with `too_many_bad_frames`. */
  badFrames: 20,
  /** Connections of the server. Over it: `too_many_connections`. */
  connections: 20_000,
  /** Attachments of one connection. Over it: `too_many_attachments`. */
  attachments: 2_000,
  /** Open sessions of one principal. Over it: `too_many_sessions`. */
  sessions: 100_000,
  /** Inputs of one session that wait to be applied. Over it: `queue_full`. */
  waitingInputs: 100,
  /** How long a handshake without identity may take to say `hello`. */
  helloMs: 5_000,
  /** How long the head of an HTTP request may take, which bounds a handshake that trickles. */
  handshakeMs: 10_000,
  /** How long a connection may carry no attachment and send no command. Over it: `idle`. */
  idleMs: 60_000,
  /** How long a connection may live. Over it: `too_long`. */
  connectionMs: 24 * 3_600_000,
  /** Unsent bytes of one connection over which its attachments fall behind. */
  bufferBytes: 262_144,
  /** A commit over this goes out as a stub with an `href`. */
  stubBytes: 65_536,
  /** A commit over this is not taken into the log: the turn fails with `event_too_big`. */
  commitBytes: 8_388_608,
  /** What one step may say before it is committed. Over it: `output_too_big`. */
  draftBytes: 4_194_304,
  /** How far back `after` may lie and still be answered with `replay`. Further back: `snapshot`. */
  replayCommits: 10_000,
  /** Turns in a view unless asked for otherwise, and at most. */
  viewTurns: 20,
  viewTurnsMost: 200,
  /** Sessions on one page of a list unless asked for otherwise, and at most. */
  pageSessions: 50,
  pageSessionsMost: 500,
  /** Commits on one page of an events answer. */
  pageCommits: 1_000,
  /** The longest a long-poll waits, in seconds. */
  waitSeconds: 60,
  /** Session metadata, as JSON. */
  metadataBytes: 16_384,
  /** Command ids that a session remembers, for answering a repeat with the first result. */
  rememberedCommands: 1_000,
  /** How long one turn may run, waits for people not counted. Over it: `turn_too_long`. */
  turnMs: 3_600_000,
} as const

/** The names of the bounds with numbers of one's own. */
export type Limits = { readonly [name in keyof typeof LIMITS]: number }
