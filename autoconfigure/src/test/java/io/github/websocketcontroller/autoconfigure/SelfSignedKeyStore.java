package io.github.websocketcontroller.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A key store with a certificate that nobody trusts, made with the JDK's own tool.
 */
final class SelfSignedKeyStore {

	private static final String PASSWORD = "changeit";

	private SelfSignedKeyStore() {
	}

	/**
	 * Makes one.
	 * @return properties of a server that uses it, below a prefix such as {@code server}
	 */
	static String[] properties(String prefix, Path directory) throws IOException, InterruptedException {
		Path file = directory.resolve("keystore.p12");
		Process keytool = new ProcessBuilder(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
						"test", "-keyalg", "EC", "-dname", "CN=localhost", "-storetype", "PKCS12", "-keystore",
						file.toString(), "-storepass", PASSWORD))
			.inheritIO()
			.start();
		if (keytool.waitFor() != 0) {
			throw new IOException("keytool has failed");
		}
		return new String[] { prefix + ".ssl.key-store=" + file.toUri(), prefix + ".ssl.key-store-type=PKCS12",
				prefix + ".ssl.key-store-password=" + PASSWORD };
	}

}
