/** What a request over HTTP is, for who signs it. */
export interface SignedRequest {
  readonly method: string
  readonly url: string
  readonly body?: string
}

export type RequestHeaders = { readonly [name: string]: string }

/** Who asks. What a wire cannot carry it leaves out: a page can put no headers on a WebSocket, so there it goes on over HTTP. */
export interface Credentials {
  /** A ticket of the server: shown in `hello`, and as `Authorization: Bearer` over HTTP. */
  readonly ticket?: string
  /** A token that the server's verifiers know, such as a JWT: in the subprotocols of a WebSocket, as pages must, and as `Authorization: Bearer` over HTTP. */
  readonly token?: string
  /** Headers of the handshake and of each request, or a function that signs them. */
  readonly headers?: RequestHeaders | ((request: SignedRequest) => RequestHeaders | Promise<RequestHeaders>)
  /** The address of the WebSocket with a signature in it. */
  readonly url?: string
  /** Milliseconds since 1970. Fresh ones are fetched before it, and the line goes on with them. */
  readonly expiresAt?: number
}

/** Fetches who asks: called for every try, and before what it gave last runs out. */
export type Auth = () => Credentials | Promise<Credentials>

/** A short-lived proof of who asks, or a function that fetches a fresh one for every try. */
export type Ticket = string | (() => string | Promise<string>)

export function authOf(ticket: Ticket | undefined, auth: Auth | undefined): Auth | undefined {
  if (auth || typeof ticket !== 'function') return auth
  return async () => ({ ticket: await ticket() })
}
