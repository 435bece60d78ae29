package io.github.websocketcontroller.sample.chat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The page in a real browser: two tabs of it talk to each other.
 */
class BrowserIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private ConfigurableApplicationContext application;

	private WebDriver browser;

	@BeforeEach
	void startApplicationAndBrowser() throws IOException {
		Optional<File> binary = findOnPath("chromium", "chromium-browser", "google-chrome");
		Optional<File> driver = findOnPath("chromedriver");
		assumeTrue(binary.isPresent() && driver.isPresent(), "Chromium and chromedriver are not on the PATH");

		// Not a @TempDir: Chromium writes on for a moment after it was told to quit.
		Path profile = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "browser");
		this.application = new SpringApplicationBuilder(ChatApplication.class).run("--server.port=0");
		ChromeOptions options = new ChromeOptions().setBinary(binary.get())
			.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
					"--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
					"--disable-sync", "--user-data-dir=" + profile);
		this.browser = new ChromeDriver(new ChromeDriverService.Builder().usingDriverExecutable(driver.get()).build(),
				options);
	}

	@AfterEach
	void stopBrowserAndApplication() {
		if (this.browser != null) {
			this.browser.quit();
		}
		if (this.application != null) {
			this.application.close();
		}
	}

	@Test
	void whenTwoTabsChatThenEachSeesTheOther() {
		String alice = openTab();
		join("alice");
		waitForLine("alice joined.");

		String bob = openTab();
		join("bob");
		waitForLine("bob joined.");
		say("hello <b>alice</b>");

		this.browser.switchTo().window(alice);
		waitForLine("bob joined.");
		waitForLine("bob: hello <b>alice</b>");
		say("hello bob");

		this.browser.switchTo().window(bob);
		waitForLine("alice: hello bob");
		this.browser.close();

		this.browser.switchTo().window(alice);
		waitForLine("bob left.");
	}

	@Test
	void whenServerStopsThenPageSaysSoAndLetsOneRejoin() {
		openTab();
		join("alice");
		waitForLine("alice joined.");
		int port = port();

		this.application.close();
		waitForStatus("Connection lost");
		assertThat(this.browser.findElement(By.id("problem")).getText()).contains("shutting down");
		assertThat(this.browser.findElement(By.id("talk-form")).isDisplayed()).isFalse();

		this.application = new SpringApplicationBuilder(ChatApplication.class).run("--server.port=" + port);
		this.browser.findElement(By.id("rejoin")).click();
		waitForStatus("Connected as alice");
	}

	@Test
	void whenNameIsTooShortThenPageTellsHowLongItMustBe() {
		openTab();
		join("a");
		assertThat(this.browser.findElement(By.id("problem")).getText()).contains("2 to 50 characters");
	}

	private String openTab() {
		this.browser.switchTo().newWindow(WindowType.TAB).get("http://localhost:" + port());
		return this.browser.getWindowHandle();
	}

	private int port() {
		return this.application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private void join(String name) {
		this.browser.findElement(By.id("name")).sendKeys(name);
		this.browser.findElement(By.id("join")).click();
	}

	private void say(String text) {
		this.browser.findElement(By.id("text")).sendKeys(text);
		this.browser.findElement(By.id("send")).click();
	}

	private void waitForLine(String line) {
		new WebDriverWait(this.browser, PATIENCE)
			.until((browser) -> browser.findElements(By.cssSelector("#messages li"))
				.stream()
				.anyMatch((item) -> item.getText().equals(line)));
	}

	private void waitForStatus(String status) {
		new WebDriverWait(this.browser, PATIENCE).until(ExpectedConditions.textToBe(By.id("status"), status));
	}

	private static Optional<File> findOnPath(String... names) {
		String[] directories = System.getenv("PATH").split(File.pathSeparator);
		return Stream.of(names)
			.flatMap((name) -> Stream.of(directories).map((directory) -> new File(directory, name)))
			.filter(File::canExecute)
			.findFirst();
	}

}
