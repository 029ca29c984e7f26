import * as protocol from '@longwire/protocol'
import * as schemas from '@longwire/protocol/schemas'
import { expect, test } from 'vitest'

test('the exports of @longwire/protocol are these; a new one is a decision', () => {
  expect(Object.keys(protocol).sort()).toMatchInlineSnapshot(`
    [
      "DEFAULT_FILTER",
      "ERRORS",
      "FAILURES",
      "LIMITS",
      "LIMIT_ROWS",
      "ORIGIN",
      "comparePlaces",
      "described",
      "isAfter",
      "mayReconnect",
      "narrow",
      "parsePlace",
      "passes",
      "placeOf",
      "printPlace",
      "sees",
    ]
  `)
})

test('the exports of @longwire/protocol/schemas are these; a new one is a decision', () => {
  expect(Object.keys(schemas).sort()).toMatchInlineSnapshot(`
    [
      "AgentName",
      "COMMANDS",
      "Command",
      "CommandId",
      "EVENTS",
      "FRAMES",
      "Frame",
      "InputPart",
      "Json",
      "Level",
      "Message",
      "MessagePart",
      "Metadata",
      "PlaceText",
      "SESSION_COMMANDS",
      "SessionEvent",
      "SessionId",
      "SessionStatus",
      "ToolDescription",
    ]
  `)
})

test('the types of commands, frames and events are these; version 1 only grows', () => {
  expect(Object.keys(schemas.COMMANDS)).toMatchInlineSnapshot(`
    [
      "hello",
      "open",
      "attach",
      "detach",
      "input",
      "withdraw",
      "arrange",
      "describe",
      "schedule",
      "unschedule",
      "cancel",
      "answer",
      "close",
      "renew",
      "ping",
    ]
  `)
  expect(Object.keys(schemas.FRAMES)).toMatchInlineSnapshot(`
    [
      "welcome",
      "ok",
      "error",
      "attached",
      "snapshot",
      "presence",
      "heartbeat",
      "pong",
      "goaway",
    ]
  `)
  expect(Object.keys(schemas.EVENTS)).toMatchInlineSnapshot(`
    [
      "session.opened",
      "session.closed",
      "session.described",
      "input.accepted",
      "inputs.arranged",
      "input.applied",
      "input.returned",
      "turn.started",
      "chunk.text",
      "chunk.reasoning",
      "chunk.tool",
      "message.committed",
      "tool.started",
      "tool.finished",
      "step.started",
      "step.finished",
      "trace.progress",
      "trace.span",
      "control.requested",
      "control.settled",
      "step.rolledback",
      "task.started",
      "task.finished",
      "task.progress",
      "schedule.set",
      "schedule.ended",
      "turn.stopping",
      "turn.ended",
    ]
  `)
})

test('[B1] the names and numbers of the bounds are these', () => {
  expect(protocol.LIMITS).toMatchInlineSnapshot(`
    {
      "attachments": 2000,
      "badFrames": 20,
      "bufferBytes": 262144,
      "bytesPerSecond": 4194304,
      "commitBytes": 8388608,
      "connectionMs": 86400000,
      "connections": 20000,
      "draftBytes": 4194304,
      "forkBytes": 67108864,
      "frameBytes": 1048576,
      "framesBurst": 2000,
      "framesPerSecond": 1000,
      "freeRefusals": 5,
      "fruitlessAttempts": 3,
      "handshakeMs": 10000,
      "heldRefusals": 1000,
      "helloMs": 5000,
      "idleMs": 60000,
      "metadataBytes": 16384,
      "overRateFrames": 20000,
      "pageCommits": 1000,
      "pageSessions": 50,
      "pageSessionsMost": 500,
      "parkMs": 30000,
      "principalAttachments": 20000,
      "principalBytesPerSecond": 16777216,
      "principalConnections": 2000,
      "principalFramesPerSecond": 5000,
      "principalTurns": 500,
      "principalWaitingInputs": 5000,
      "refusalDelayMostMs": 8000,
      "refusalDelayMs": 250,
      "rememberedCommands": 1000,
      "replayCommits": 10000,
      "schedules": 100,
      "serverAttachments": 200000,
      "serverBytesPerSecond": 268435456,
      "serverFramesPerSecond": 100000,
      "serverSessions": 100000,
      "serverTurns": 10000,
      "serverWaitingInputs": 200000,
      "sessionIdleMs": 28800000,
      "sessions": 100000,
      "stubBytes": 65536,
      "tasks": 20,
      "titleCharacters": 200,
      "toolGraceMs": 2000,
      "turnAttempts": 50,
      "turnMs": 3600000,
      "viewTurns": 20,
      "viewTurnsMost": 200,
      "viewers": 100,
      "waitSeconds": 60,
      "waitingInputs": 100,
    }
  `)
})
