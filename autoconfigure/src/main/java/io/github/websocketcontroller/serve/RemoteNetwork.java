package io.github.websocketcontroller.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who is behind a remote address, as far as that can be told: of IPv6 a client has at
 * least the 2<sup>64</sup> addresses of a network for itself (RFC 4291, 2.5.4; RFC 6177).
 */
final class RemoteNetwork {

	/** Some proxies forward the port too. */
	private static final Pattern IPV4 = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,3}){3}):[0-9]{1,5}");

	/** Nothing of this kind is looked up in the DNS. A zone is the server's own. */
	private static final Pattern IPV6 = Pattern.compile("([0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%.*)?");

	private static final int NETWORK_BYTES = 8;

	private RemoteNetwork() {
	}

	/**
	 * Names it.
	 * @param host the address as the server or a proxy's header says it
	 * @return the same for all addresses that are to be counted as one
	 */
	static String of(String host) {
		Matcher ipv4 = IPV4.matcher(host);
		if (ipv4.matches()) {
			return ipv4.group(1);
		}
		Matcher ipv6 = IPV6.matcher(host);
		return ipv6.matches() ? network(ipv6.group(1)) : host;
	}

	private static String network(String host) {
		try {
			byte[] address = InetAddress.getByName(host).getAddress();
			return (address.length > NETWORK_BYTES)
					? HexFormat.of().formatHex(Arrays.copyOf(address, NETWORK_BYTES)) + "/64"
					: InetAddress.getByAddress(address).getHostAddress();
		}
		catch (UnknownHostException ex) {
			return host;
		}
	}

}
