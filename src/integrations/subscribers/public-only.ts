/**
 * Connections to public addresses only. A name is looked up once, in the socket's own lookup, and the address that was
 * looked at is the one that is connected to: nobody can answer the check with one address and the connection with another.
 */
import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';

type Terms = {
  /** For development: this machine may be told things, also over plain HTTP. */
  allowLoopback: boolean;
};

/** An address that nobody outside is to reach through us. */
class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';

  constructor(host: string) {
    super(
      `${host} leads to an address that is not public; messages are sent to addresses of the internet only.`,
    );
  }
}

/** Null, or why messages cannot be sent to this URL, as a sentence. */
export function problemOfUrl(text: string, { allowLoopback }: Terms): string | null {
  if (!URL.canParse(text)) return 'This should be a URL, such as https://example.com/hooks.';
  const url = new URL(text);
  if (url.username || url.password)
    return 'Names and passwords do not belong into a URL; messages are signed.';
  const host = bare(url.hostname);
  const isLoopback = host === 'localhost' || (isIP(host) !== 0 && rangeOf(host) === 'loopback');
  if (url.protocol === 'http:' && !(allowLoopback && isLoopback))
    return 'The URL should begin with https://.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'The URL should begin with https://.';
  if (isIP(host) && !isAllowed(host, allowLoopback)) return new PrivateAddress(host).message;
  return null;
}

/** For requests; redirects are not followed by it. */
export function publicOnly({ allowLoopback }: Terms): Agent {
  const lookup: LookupFunction = (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      // one that is private among others that are not is meant to be found by trying again
      if (!first || addresses.some(({ address }) => !isAllowed(address, allowLoopback))) {
        return callback(new PrivateAddress(hostname), '');
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ lookup, timeout: 5_000 });
  return new Agent({
    connect: (options, callback) => {
      const host = bare(options.hostname);
      // an address is not looked up
      if (isIP(host) && !isAllowed(host, allowLoopback)) return callback(new PrivateAddress(host), null);
      connect(options, callback);
    },
  });
}

/** IPv6 stands in brackets in a URL. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** Of an IPv4 address inside an IPv6 one, the range of the former. */
const rangeOf = (address: string) => ipaddr.process(address).range();

const isAllowed = (address: string, allowLoopback: boolean): boolean => {
  const range = rangeOf(address);
  return range === 'unicast' || (allowLoopback && range === 'loopback');
};
