import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/**
 * The proxies that are believed: what they say of an address, a host and a scheme is taken as true, and from anybody else it
 * is not even looked at.
 */
export class Proxies {
  readonly #trusted = new BlockList()

  /** Addresses, and networks as `10.0.0.0/8`. Throws a sentence where one is neither. */
  constructor(trusted: readonly string[] = []) {
    for (const each of trusted) this.#trust(each)
  }

  /** Where the request came from: the last address on its way that is none of a trusted proxy. */
  addressOf(request: IncomingMessage): string {
    let address = plain(request.socket.remoteAddress ?? '')
    for (const before of forwardedFor(request).toReversed()) {
      if (!this.#isTrusted(address) || isIP(before) === 0) break
      address = before
    }
    return address
  }

  /** The host that the peer asked for, by the proxy's word where it is trusted. */
  hostOf(request: IncomingMessage): string | undefined {
    const forwarded = request.headers['x-forwarded-host']
    const isBelieved = typeof forwarded === 'string' && this.#isTrusted(plain(request.socket.remoteAddress ?? ''))
    return isBelieved ? forwarded.split(',').at(-1)!.trim() : request.headers.host
  }

  /** The scheme that the peer asked by, by the proxy's word where it is trusted. */
  schemeOf({ socket, headers }: IncomingMessage): 'http' | 'https' {
    const forwarded = headers['x-forwarded-proto']
    const isBelieved = typeof forwarded === 'string' && this.#isTrusted(plain(socket.remoteAddress ?? ''))
    const isSecure = isBelieved ? /^(https|wss)$/i.test(forwarded.split(',').at(-1)!.trim()) : 'encrypted' in socket
    return isSecure ? 'https' : 'http'
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }

  #trust(text: string): void {
    const [address = '', bits, ...rest] = text.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const width = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (family === 0 || rest.length > 0 || !(width <= most))
      throw new Error(`${text} is no address and no network, such as 10.0.0.0/8`)
    this.#trusted.addSubnet(address, width, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** The addresses that proxies named, from the farthest to the nearest. */
export function forwardedFor({ headers }: IncomingMessage): readonly string[] {
  const named = headers['x-forwarded-for']
  return [named ?? []].flat().flatMap((line) => line.split(',').map((each) => plain(each.trim())))
}

/** Without the brackets and the port that some write, and as IPv4 where it is one. */
function plain(address: string): string {
  const [, inBrackets] = /^\[([^\]]+)\](?::\d+)?$/.exec(address) ?? []
  const bare = inBrackets ?? (/^[\d.]+:\d+$/.test(address) ? address.slice(0, address.indexOf(':')) : address)
  return bare.replace(/^::ffff:(?=\d+\.)/, '')
}
