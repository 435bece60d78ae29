package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A key store with a certificate that nobody trusts, made with the JDK's own tool.
 */
public final class SelfSignedKeyStore {

	private static final String FILE = "keystore.p12";

	private static final String ALIAS = "test";

	private static final String PASSWORD = "changeit";

	private SelfSignedKeyStore() {
	}

	/**
	 * Makes one.
	 * @return properties of a server that uses it, below a prefix such as {@code server}
	 */
	public static String[] properties(String prefix, Path directory) throws IOException, InterruptedException {
		Path file = directory.resolve(FILE);
		Process keytool = new ProcessBuilder(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
						ALIAS, "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "SAN=dns:localhost,ip:127.0.0.1",
						"-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", PASSWORD))
			.inheritIO()
			.start();
		if (keytool.waitFor() != 0) {
			throw new IOException("keytool has failed");
		}
		return new String[] { prefix + ".ssl.key-store=" + file.toUri(), prefix + ".ssl.key-store-type=PKCS12",
				prefix + ".ssl.key-store-password=" + PASSWORD };
	}

	/**
	 * Makes one that lasts as long as the tests do.
	 */
	static String[] properties(String prefix) {
		try {
			Path directory = Files.createTempDirectory("keystore");
			directory.toFile().deleteOnExit();
			String[] properties = properties(prefix, directory);
			directory.resolve(FILE).toFile().deleteOnExit();
			return properties;
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Makes a certificate and its key for what reads no key store.
	 */
	public static void pem(Path certificate, Path key) throws IOException, InterruptedException {
		Path directory = Files.createTempDirectory("keystore");
		properties("server", directory);
		Path file = directory.resolve(FILE);
		try {
			KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
			Files.writeString(certificate, pem("CERTIFICATE", store.getCertificate(ALIAS).getEncoded()));
			Files.writeString(key, pem("PRIVATE KEY", store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			Files.delete(file);
			Files.delete(directory);
		}
	}

	private static String pem(String type, byte[] content) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + type
				+ "-----\n";
	}

	/**
	 * What a client uses that trusts every certificate.
	 */
	public static SSLContext trust() {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, new TrustManager[] { new TrustAll() }, null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class TrustAll extends X509ExtendedTrustManager {

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType) {
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
